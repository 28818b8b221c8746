/** The window's fixed wording: what states, stages, strengths and verdicts are called. */
import type { Job, JobState, Report, Settings, Stage } from '../../src-main/contract.js'

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

export const STRENGTHS: { value: Settings['strength']; name: string; epsilon: number; words: string }[] = [
  {
    value: 'subtle',
    name: 'Subtle',
    epsilon: 4,
    words:
      'A faint tint in flat areas such as skies, if you look for it. The weakest protection; check the certificate.',
  },
  {
    value: 'balanced',
    name: 'Balanced',
    epsilon: 8,
    words: 'Soft coloured bands in flat areas such as skies; hard to see in texture. Right for most collections.',
  },
  {
    value: 'strong',
    name: 'Strong',
    epsilon: 16,
    words: 'Plain bands in flat areas, visible elsewhere too. For when protection matters more than the look.',
  },
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
  const rest = explanation.slice(name.length)
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}

export const METHODS: Record<Settings['method'], string> = {
  pue: 'PUE: noise under perturbed weights, certified best',
  'pue-b': 'PUE-B: weight noise in the surrogate step only',
  'pue-grey': 'PUE-grey: lasts best in grey and compressed copies, needs Strong',
  'pue-eot': 'PUE-EOT: also learnt through grey, compressed and softened copies',
  emn: 'EMN: no weight noise, for comparison',
}

export const LABEL_SOURCES: Record<string, string> = {
  folders: 'one class per sub-folder',
  auto: 'grouped by look',
  csv: 'classes from a CSV file',
}
