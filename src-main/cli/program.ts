/** The command line as a whole: its commands, its help, and what a wrong one is answered with. */
import { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { makeConsole } from './console.js'
import { devicesCommand } from './devices.js'
import type { Environment } from '../library/environment.js'
import { EXIT, outcome, type ExitCode, type Run } from './exit.js'
import { keysCommand } from './keys.js'
import { protectCommand } from './protect.js'
import { recertifyCommand } from './recertify.js'
import { reportCommand } from './report.js'
import { serveCommand } from './serve.js'
import { stressCommand } from './stress.js'
import { verifyCommand } from './verify.js'

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 verification failed, 4 cancelled.`

function program(run: Run, environment: Environment): Command {
  const root = new Command('fixative')
    .description('Makes pictures useless for training an image classifier, and certifies how useless.')
    .version(packageJson.version)
    .addHelpText('after', EXIT_CODES)
  for (const command of [
    protectCommand(environment),
    verifyCommand(run),
    recertifyCommand(environment, run),
    stressCommand(environment),
    reportCommand(),
    devicesCommand(environment),
    keysCommand(),
    serveCommand(),
  ]) {
    root.addCommand(command)
  }
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined })
    command.commands.forEach(quiet)
  }
  quiet(root)
  return root
}

/**
 * Runs one command line and never throws.
 * @param args the arguments after the program's name.
 * @returns the exit code.
 */
export async function main(args: readonly string[], environment: Environment): Promise<ExitCode> {
  const end = args.indexOf('--')
  const json = (end < 0 ? args : args.slice(0, end)).includes('--json')
  const run: Run = { code: EXIT.done }
  const root = program(run, environment)
  if (args.length === 0) {
    makeConsole(false).note(root.helpInformation() + EXIT_CODES)
    return EXIT.usage
  }
  try {
    await root.parseAsync(args, { from: 'user' })
    return run.code
  } catch (error) {
    const named = root.commands.find((command) => command.name() === args[0])
    const result = outcome(error, named ? `fixative ${named.name()}` : 'fixative')
    if (!result) return EXIT.done
    makeConsole(json).error(result.error)
    return result.code
  }
}
