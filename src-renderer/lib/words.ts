/** The window's fixed wording: what states, stages, strengths and verdicts are called. */
import type { Job, JobState, Report, Verification } from '../../src-shared/contract/index.js'

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

export const VERDICTS: Record<NonNullable<Report['verdict']>, { name: string; tone: 'good' | 'warn' | 'bad' }> = {
  informative: { name: 'Informative', tone: 'good' },
  weak: { name: 'Weak', tone: 'warn' },
  inconclusive: { name: 'Inconclusive', tone: 'bad' },
  meaningless: { name: 'Not meaningful', tone: 'bad' },
}

/** The explanation without the verdict's own name in front of it, which stands beside it. */
export function withoutVerdict(explanation: string, verdict: Report['verdict']): string {
  const name = verdict ? `${VERDICTS[verdict].name}: ` : ''
  if (name === '' || !explanation.startsWith(name)) return explanation
  return capitalised(explanation.slice(name.length))
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export const LABEL_SOURCES: Record<string, string> = {
  folders: 'one class per sub-folder',
  auto: 'grouped by look',
  csv: 'classes from a CSV file',
}

/** What a check comes to, in a sentence, and how it is shown. */
export function outcome({ ok, signature, signer, files }: Verification): {
  tone: 'good' | 'warn' | 'bad'
  text: string
} {
  if (ok && signer.state === 'unknown')
    return { tone: 'warn', text: 'All is as the certificate says, but nobody whom you know vouches for it.' }
  if (ok) return { tone: 'good', text: 'Everything that was checked is as it should be.' }
  const bad = signature.state === 'invalid' || signer.state === 'revoked' || files.state === 'differ'
  return { tone: bad ? 'bad' : 'warn', text: 'Not everything is as it should be.' }
}
