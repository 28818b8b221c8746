/** fixative protect IN [OUT] */
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { JobResult } from '../core/job-events.js'
import { discardJob, protect } from '../jobs/protect.js'
import { cancellable } from './cancel.js'
import { colours, makeConsole, type Console } from './console.js'
import { withWorkers, type Environment } from '../library/environment.js'
import { addSettingsOptions, settingsFrom } from './settings-options.js'
import { counted, duration, printable, shellWord } from './text.js'

/** What was done, in words that need no knowledge of the method. */
export function summary(result: JobResult, bold: (text: string) => string = (text) => text): string {
  const left = result.skipped > 0 ? `, ${counted(result.skipped, 'file')} left out` : ''
  return [
    '',
    bold(result.headline),
    ...result.details,
    result.explanation,
    '',
    `${counted(result.images, 'picture')} protected in ${duration(result.seconds)}${left}.`,
    '',
    `  protected     ${printable(result.output)}`,
    `  certificate   ${printable(result.certificate)}`,
    `  report        ${printable(result.report)}`,
    '',
    'What to do next: open the report, look at the pictures, then publish the protected folder and keep the',
    'originals to yourself. Whoever gets the folder can check it with Fixative: under Verify in its window, or with',
    `  fixative verify ${shellWord(result.output)}`,
  ].join('\n')
}

function warn(out: Console, code: string, message: string, hint: string): void {
  out.event({ type: 'warning', code, message, hint })
}

export function protectCommand(environment: Environment): Command {
  const command = new Command('protect')
    .description('Writes protected copies of a folder of pictures, with a signed certificate and a report.')
    .argument('<IN>', 'folder with the originals; they are never changed')
    .argument('[OUT]', 'folder for the protected copies (default: IN-protected beside IN)')
  return addSettingsOptions(command)
    .option('--again', 'protect once more what is protected already; otherwise it is left out')
    .option('--json', 'print one JSON event a line')
    .action(
      async (input: string, output: string | undefined, options: Record<string, string | boolean | undefined>) => {
        const settings = settingsFrom(options)
        const out = makeConsole(options['json'] === true)
        if (settings.seed !== null) {
          const message = 'With --seed the protection is only as secret as that number: whoever guesses it can undo it.'
          warn(out, 'seed-given', message, 'Leave it out for pictures that you publish.')
        }
        const request = {
          input: resolve(input),
          settings,
          again: options['again'] === true,
          ...(output === undefined ? {} : { output: resolve(output) }),
        }
        const lost = (reason: string): void => {
          const message = `A worker process ended (${reason}); its work is done again.`
          warn(out, 'worker-lost', message, 'If this happens often, use fewer workers: --workers 1.')
        }
        const stopping = (): void => {
          out.note('Stopping, and removing what was written … (Ctrl+C again ends it at once)')
        }
        const result = await withWorkers(
          environment,
          { size: settings.workers, engine: settings.engine, onWorkerLost: lost },
          (base) =>
            cancellable(stopping, async (signal) => {
              let jobId: string | undefined
              const onJob = (id: string): void => {
                jobId = id
              }
              const onEvent: typeof out.event = (event) => {
                if (event.type !== 'result') out.event(event)
              }
              try {
                return await protect(request, { ...base, signal, onEvent, onJob })
              } catch (error) {
                // A job that failed can be started again and goes on; one that the user cancelled leaves nothing.
                if (signal.aborted && jobId !== undefined) await discardJob(base.storage, jobId)
                throw error
              }
            }),
        )
        out.finish()
        out.event({ type: 'result', result })
        out.print(summary(result, colours(process.stdout).bold))
      },
    )
}
