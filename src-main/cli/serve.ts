/** fixative serve */
import { Command } from 'commander'
import { serve } from '../host/serve.js'
import { wrongUsage } from './exit.js'

function port(text: string): number {
  const value = Number(text)
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value
  throw wrongUsage(`"${text}" is not a port.`, 'Give a number from 1 to 65535, or leave --port out.')
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('Opens the window of Fixative in a browser on this computer.')
    .option('--port <N>', 'port on 127.0.0.1 (default: any free one)')
    .action((options: { port?: string }) =>
      serve({
        port: options.port === undefined ? 0 : port(options.port),
        print: (line) => void process.stdout.write(`${line}\n`),
      }),
    )
}
