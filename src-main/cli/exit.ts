/** What a command ends with: exit codes, and how an error is told. */
import { CommanderError } from 'commander'
import { FixativeError, errorData, type FixativeErrorData } from '../core/errors.js'

export const EXIT = { done: 0, failed: 1, usage: 2, verification: 3, cancelled: 4 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Codes of errors that another command line would cure; everything else that fails is a failure of the job. */
const USAGE_CODES = new Set([
  'wrong-usage',
  'invalid-settings',
  'unknown-channel',
  'channels-invalid',
  'engine-unavailable',
  'not-found',
  'input-missing',
  'input-not-a-folder',
  'output-inside-input',
  'input-inside-output',
  'output-is-input',
  'output-not-empty',
  'output-not-a-folder',
])

/** Errors that mean that there is no certificate that could be checked: the verification has failed. */
export const NOT_VERIFIABLE: ReadonlySet<string> = new Set(['certificate-invalid', 'certificate-missing'])

/** An error of the command line itself, exit code 2. */
export function wrongUsage(message: string, hint: string): FixativeError {
  return new FixativeError('wrong-usage', message, hint)
}

/** Commander's message ("error: unknown option '--x'") as a sentence. */
function sentence(message: string): string {
  const text = message
    .replace(/^error:\s*/, '')
    .split('\n')[0]!
    .trim()
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`
}

/** The error as data, and the exit code that it means. Null: not an error (help or version was shown). */
export function outcome(error: unknown, commandName: string): { error: FixativeErrorData; code: ExitCode } | null {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return null
    const hint =
      error.code === 'commander.unknownOption'
        ? `See \`${commandName} --help\`. If it is the name of a folder, put \`--\` in front of it.`
        : `See \`${commandName} --help\`.`
    return { error: { code: 'wrong-usage', message: sentence(error.message), hint }, code: EXIT.usage }
  }
  const data = errorData(error)
  if (data.code === 'cancelled') return { error: data, code: EXIT.cancelled }
  return { error: data, code: USAGE_CODES.has(data.code) ? EXIT.usage : EXIT.failed }
}

/** What a command leaves besides its output: the exit code, 0 unless it says otherwise. */
export interface Run {
  code: ExitCode
}
