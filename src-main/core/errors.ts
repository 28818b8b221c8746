/**
 * An error that the user is meant to read: what happened (with the file), and what to do.
 * Anything else that is thrown is a defect and is shown as one.
 */
export class FixativeError extends Error {
  constructor(
    readonly code: string,
    /** One plain sentence that names the file or setting. */
    message: string,
    /** What the user can do about it, one plain sentence. */
    readonly hint = '',
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'FixativeError'
  }
}

/** The form in which an error crosses a process border. */
export interface FixativeErrorData {
  code: string
  message: string
  hint: string
}

/** Every error as data; an unexpected one keeps its own message under the code `internal`. */
export function errorData(error: unknown): FixativeErrorData {
  if (error instanceof FixativeError) return { code: error.code, message: error.message, hint: error.hint }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, hint: 'This is a defect in Fixative; please report it with this text.' }
}
