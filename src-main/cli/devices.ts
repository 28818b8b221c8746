/** fixative devices */
import { availableParallelism, cpus } from 'node:os'
import { Command } from 'commander'
import { makeConsole } from './console.js'
import { counted, printable } from './text.js'

export function devicesCommand(): Command {
  return new Command('devices')
    .description('Lists what Fixative can compute on.')
    .option('--json', 'print one JSON event a line')
    .action((options: { json?: boolean }) => {
      const cores = availableParallelism()
      const name = cpus()[0]?.model.trim() || 'processor'
      const out = makeConsole(options.json === true)
      out.event({
        type: 'result',
        result: { devices: [{ engine: 'cpu', name, cores, available: true, chosen: true }] },
      })
      out.print(`cpu   ${printable(name)}, ${counted(cores, 'core')} (used)`)
    })
}
