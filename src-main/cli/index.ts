/** Main file of the command line. */
import { main } from './program.js'

// A reader that has seen enough (`| head`) closes the pipe; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const workerEntry = new URL(import.meta.url.endsWith('.ts') ? '../workers/entry.ts' : './worker.js', import.meta.url)
process.exitCode = await main(process.argv.slice(2), { workerEntry })
