/** fixative recertify OUT */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { FixativeError } from '../core/errors.js'
import { recertify, type Recertification } from '../jobs/recertify.js'
import { type Summary, summaryOf } from '../certificates/summary.js'
import { cancellable } from './cancel.js'
import { colours, makeConsole, type Colours } from './console.js'
import { withWorkers, type Environment } from '../library/environment.js'
import { EXIT, NOT_VERIFIABLE, wrongUsage, type Run } from './exit.js'
import { printable } from './text.js'

function text({ checks, ok }: Recertification, { headline, details, explanation }: Summary, c: Colours): string {
  return [
    ...checks.map((check) => `${check.ok ? c.green('✓') : c.red('✗')} ${printable(check.detail)}`),
    '',
    ...(ok
      ? [
          'The certificate was recomputed from the private data, and is the same.',
          c.bold(printable(headline)),
          ...details.map(printable),
          printable(explanation),
        ]
      : [c.red('The certificate does not come out the same. Do not rely on it.')]),
  ].join('\n')
}

function workersFrom(value: string | undefined): number | null {
  if (value === undefined) return null
  if (/^\d{1,3}$/.test(value) && Number(value) >= 1) return Number(value)
  throw wrongUsage(`--workers needs a whole number from 1, not "${value}".`, 'Leave it out to use every core.')
}

export function recertifyCommand(environment: Environment, run: Run): Command {
  return new Command('recertify')
    .description('Recomputes a certificate from your private data and compares: files, accuracies, and every draw.')
    .argument('<OUT>', 'protected folder, or the certificate in it')
    .option('--workers <N>', 'worker processes (default: one a core)')
    .option('--json', 'print one JSON event a line')
    .action(async (path: string, options: { workers?: string; json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const stages = { file: 'Checking the files', draw: 'Drawing the scores again' }
      let unit: keyof typeof stages | undefined
      try {
        const result = await withWorkers(
          environment,
          { size: workersFrom(options.workers), engine: 'cpu', onWorkerLost: () => undefined },
          (base) =>
            cancellable(
              () => undefined,
              (signal) =>
                recertify(resolve(path), {
                  ...base,
                  signal,
                  progress: (done, total, now) => {
                    if (now !== unit) out.event({ type: 'stage', stage: 'verify', title: stages[now] })
                    unit = now
                    out.event({ type: 'progress', stage: 'verify', done, total, unit: now, etaSeconds: null })
                  },
                }),
            ),
        )
        out.finish()
        const summary = summaryOf(result.statement)
        out.event({ type: 'result', result: { ok: result.ok, checks: result.checks, ...summary } })
        out.print(text(result, summary, colours(process.stdout)))
        if (!result.ok) run.code = EXIT.verification
      } catch (error) {
        if (!(error instanceof FixativeError && NOT_VERIFIABLE.has(error.code))) throw error
        out.error(error)
        run.code = EXIT.verification
      }
    })
}
