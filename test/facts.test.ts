/** Each fact stands in one file of the product. Whoever needs it elsewhere imports it from there. */
import { expect, it } from 'vitest'
import { read, sources } from './support/sources.js'

const files = ['src-main', 'src-shared', 'src-preload', 'src-renderer']
  .flatMap((folder) => sources(folder, ['.ts', '.svelte']))
  .map((name) => ({ name, text: read(name) }))

/** Fact → how it would be written, and where it is. */
const FACTS: Readonly<Record<string, readonly [RegExp, string]>> = {
  'the name of the certificate': [/['"`]fixative-certificate\.json['"`]/, 'src-main/core/file-names.ts'],
  'the name of the report': [/['"`]fixative-report\.html['"`]/, 'src-main/core/file-names.ts'],
  'the least number of images of a class': [/\bMIN_IMAGES = /, 'src-main/core/certify/holdout.ts'],
  'the least number of classes': [/\bMIN_CLASSES = /, 'src-main/core/certify/holdout.ts'],
  'the share that is held out': [/\bHELD_OUT = /, 'src-main/core/certify/holdout.ts'],
  'the verdicts': [/'informative'[^\n]*'weak'[^\n]*'inconclusive'/, 'src-main/core/verdict.ts'],
  'the engines': [/'cpu'[^\n]*'webgpu'[^\n]*'cuda'/, 'src-main/core/engine-names.ts'],
  'the stages': [/scan: '/, 'src-main/core/job-events.ts'],
  'what a finished job leaves': [/interface JobResult\b/, 'src-main/core/job-events.ts'],
  'the strengths': [/subtle: 0\.05/, 'src-main/core/settings.ts'],
  'the words of the strengths': [/balanced: 'a faint/, 'src-main/core/settings.ts'],
  'the resolutions': [/\[32, 64, 128, 224\]/, 'src-main/core/settings.ts'],
  'the range of the draws': [/100_?000\)\.default\(1000\)/, 'src-main/core/settings.ts'],
  'the numbers of runs': [/22: 0\.9, 29: 0\.95/, 'src-main/core/certify/runs.ts'],
  'the seeds of a job’s parts': [/\}\/(learn|draws|fit|runs|stress|refit)\b/, 'src-main/core/random/job-seeds.ts'],
  'the largest change': [/LARGEST_CHANGE = \d/, 'src-main/images/sight.ts'],
  'the weights of luma': [/0\.299/, 'src-main/core/luma.ts'],
  'the free space of a disk': [/\bstatfs\(/, 'src-main/storage/disk-space.ts'],
  'the types of served files': [/'text\/css/, 'src-shared/page-policy.ts'],
  'the policy of the page': [/style-src-attr 'unsafe/, 'src-shared/page-policy.ts'],
  'how many folders are remembered': [/RECENT_FOLDERS = /, 'src-shared/contract/settings.ts'],
  'how a fingerprint is written': [/\.\{1,4\}/, 'src-main/core/certificate/signers.ts'],
}

it.each(Object.entries(FACTS))('%s', (_, [pattern, home]) => {
  expect(files.filter(({ text }) => pattern.test(text)).map(({ name }) => name)).toEqual([home])
})
