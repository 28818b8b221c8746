import { dataFolder } from '../storage/folders.js'
import packageJson from '../../package.json' with { type: 'json' }
import { findBuilt } from './built.js'
import { startHost } from './host.js'

export interface ServeOptions {
  /** 0: any free one. */
  readonly port: number
  /** Prints one line for the user. */
  readonly print: (line: string) => void
}

/**
 * Serves the window until the process is told to end (Ctrl+C, or a signal of the system), then puts all work away. The
 * address is printed and not opened: programs see each other's arguments, and it holds the secret.
 *
 * @throws FixativeError as `startHost` and `findBuilt`
 */
export async function serve({ port, print }: ServeOptions): Promise<void> {
  const host = await startHost({ ...findBuilt(), port, dataFolder: dataFolder(), version: packageJson.version })
  print('Fixative is open in any browser on this computer, at this private address:')
  print('')
  print(`  ${host.url}`)
  print('')
  print('Whoever has the address can use the app. Ctrl+C ends it; a running job goes on the next time.')
  await ended()
  print('Putting the work away …')
  await host.close()
}

function ended(): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const end = (): void => {
      // A second signal ends the process at once, as the system does by itself.
      for (const signal of signals) process.removeListener(signal, end)
      resolve()
    }
    for (const signal of signals) process.on(signal, end)
  })
}
