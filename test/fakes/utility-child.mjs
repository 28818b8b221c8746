/** Loaded first in the child: gives it the `process.parentPort` that Electron's utility processes have. */
import { EventEmitter } from 'node:events'

const port = new EventEmitter()
port.postMessage = (message) => process.send(message, undefined, {}, () => undefined)
process.on('message', (data) => port.emit('message', { data, ports: [] }))
process.on('disconnect', () => process.exit(0))
Object.defineProperty(process, 'parentPort', { value: port })
