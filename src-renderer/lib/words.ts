/** The window's fixed wording: what states, stages, strengths and verdicts are called. */
import { STRENGTH_WORDS } from '../../src-main/core/visibility/sentence.ts'
import type { Job, JobState, Report, Settings, Stage } from '../../src-shared/contract/index.js'

export const STAGE_NAMES: Record<Stage, string> = {
  scan: 'Read the folder',
  thumbnails: 'Make working copies',
  label: 'Sort into classes',
  split: 'Set pictures aside for the test',
  learn: 'Learn the change',
  export: 'Write protected pictures',
  certify: 'Measure the protection',
  sign: 'Sign the certificate',
}

export const JOB_STATES: Record<JobState, string> = {
  queued: 'Waiting',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

/** The state in a word, and what is happening when it is about to change. */
export function jobStateText(job: Pick<Job, 'state' | 'stopping'>): string {
  return job.stopping ? 'Stopping…' : JOB_STATES[job.state]
}

export const STRENGTHS: { value: Settings['strength']; name: string; words: string }[] = [
  { value: 'subtle', name: 'Subtle', words: asSentence(STRENGTH_WORDS.subtle) },
  { value: 'balanced', name: 'Balanced', words: asSentence(STRENGTH_WORDS.balanced) },
  { value: 'strong', name: 'Strong', words: asSentence(STRENGTH_WORDS.strong) },
]

export const VERDICTS: Record<NonNullable<Report['verdict']>, { name: string; tone: 'good' | 'warn' | 'bad' }> = {
  informative: { name: 'Informative', tone: 'good' },
  weak: { name: 'Weak', tone: 'warn' },
  inconclusive: { name: 'Inconclusive', tone: 'bad' },
}

/** The explanation without the verdict's own name in front of it, which stands beside it. */
export function withoutVerdict(explanation: string, verdict: Report['verdict']): string {
  const name = verdict ? `${VERDICTS[verdict].name}: ` : ''
  if (name === '' || !explanation.startsWith(name)) return explanation
  return capitalised(explanation.slice(name.length))
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function asSentence(words: string): string {
  return `${capitalised(words)}.`
}

/** Classifiers that a certificate trains from scratch, by the confidence they give. */
export const RUNS: Record<Settings['runs'], string> = {
  0: 'None',
  22: '22, for 90 % confidence',
  29: '29, for 95 % confidence',
  44: '44, for 99 % confidence',
}

export const LABEL_SOURCES: Record<string, string> = {
  folders: 'one class per sub-folder',
  auto: 'grouped by look',
  csv: 'classes from a CSV file',
}
