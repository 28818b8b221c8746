/** What a test needs that a machine may lack. */
import type { TestContext } from 'vitest'

const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/

/** Why npm cannot install here, of what it printed when it failed. @throws Error for any other failure */
export function noRegistry(printed: string): string {
  if (NO_NETWORK.test(printed)) return 'npm’s registry does not answer'
  throw new Error(printed)
}

/** Skips a test by name, with the reason, where something is missing. */
export function needs(missing: string | null, { task, skip }: TestContext): void {
  if (missing === null) return
  Object.assign(task.meta, { skipReason: missing })
  skip(missing)
}
