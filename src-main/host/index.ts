/** Program of `npm run serve`: the window in a browser on this computer. */
import { parseArgs } from 'node:util'
import { errorData, FixativeError } from '../core/errors.js'
import { serve } from './serve.js'

try {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new FixativeError('wrong-port', `"${values.port}" is not a port.`, 'Give a number from 1 to 65535.')
  }
  await serve({ port, print: (line) => void process.stdout.write(`${line}\n`) })
} catch (error) {
  const { message, hint } = errorData(error)
  process.stderr.write(`${message}\n${hint}\n`)
  process.exitCode = 1
}
