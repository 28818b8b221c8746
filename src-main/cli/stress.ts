/** fixative stress OUT */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { STRESS_ROWS, type StressResult, figuresOf, resistanceOf, sentenceOf } from '../core/stress/rows.js'
import { timeLeft } from '../jobs/work.js'
import { writeStressReport } from '../jobs/stress/report.js'
import { STRESS_STEPS, stress } from '../jobs/stress/stress.js'
import { cancellable } from './cancel.js'
import { makeConsole } from './console.js'
import { withWorkers, type Environment } from '../library/environment.js'
import { wrongUsage } from './exit.js'
import { printable } from './text.js'

const IDS = STRESS_ROWS.map(({ id }) => id)

/** @throws FixativeError for a row that there is not. */
export function rowsFrom(value: string | undefined): string[] {
  if (value === undefined) return IDS
  const rows = [...new Set(value.split(',').map((id) => id.trim()))]
  const unknown = rows.find((id) => !IDS.includes(id))
  if (unknown === undefined) return rows
  throw wrongUsage(`--rows does not know "${unknown}".`, `There are ${IDS.join(', ')}.`)
}

/** @throws FixativeError unless it is a whole number from 1. */
export function wholeFrom<T>(option: string, value: string | undefined, otherwise: T): number | T {
  if (value === undefined) return otherwise
  if (/^\d{1,6}$/.test(value) && Number(value) >= 1) return Number(value)
  throw wrongUsage(`${option} needs a whole number from 1, not "${value}".`, 'Leave it out for the default.')
}

/** A line a row, worst first. */
export function table(results: readonly StressResult[]): string {
  const percent = (share: number | null): string => (share === null ? '–' : `${Math.round(100 * share)} %`).padStart(11)
  const line = (r: StressResult): string => `${r.id.padEnd(12)}${figuresOf(r).map(percent).join('')}  ${sentenceOf(r)}`
  const head = `${'row'.padEnd(12)}${['yours', 'originals', 'guessing', 'R'].map((title) => title.padStart(11)).join('')}`
  return [head, ...results.map(line)].join('\n')
}

export function stressCommand(environment: Environment): Command {
  return new Command('stress')
    .description('Tries what somebody may do to learn from your protected pictures all the same.')
    .argument('<OUT>', 'protected folder, or the certificate in it')
    .option('--rows <a,b>', `only these of ${IDS.join(', ')}`)
    .option('--steps <N>', `training steps of each classifier (default: ${STRESS_STEPS})`)
    .option('--workers <N>', 'worker processes (default: one a core)')
    .option('--json', 'print one JSON event a line')
    .action(async (path: string, options: { rows?: string; steps?: string; workers?: string; json?: boolean }) => {
      const [rows, steps] = [rowsFrom(options.rows), wholeFrom('--steps', options.steps, STRESS_STEPS)]
      const size = wholeFrom('--workers', options.workers, null)
      const out = makeConsole(options.json === true)
      out.event({ type: 'stage', stage: 'stress', title: 'Training classifiers' })
      const left = timeLeft()
      const workers = { size, engine: 'cpu', onWorkerLost: () => undefined } as const
      await withWorkers(environment, workers, async (base) => {
        const results = await cancellable(
          () => undefined,
          (signal) =>
            stress(
              resolve(path),
              { rows, steps },
              {
                ...base,
                signal,
                progress: ({ done, total }) => {
                  const etaSeconds = left(done, total)
                  out.event({ type: 'progress', stage: 'stress', done, total, unit: 'training', etaSeconds })
                },
              },
            ),
        )
        out.finish()
        out.event({
          type: 'result',
          result: results.map((r) => ({ ...r, resistance: resistanceOf(r), sentence: sentenceOf(r) })),
        })
        out.print(table(results))
        // Last, so that a folder that cannot be written costs nobody the results.
        const report = await writeStressReport(resolve(path), steps, base)
        out.print(`\nAlso in the report: ${printable(report)}`)
      })
    })
}
