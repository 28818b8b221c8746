/** Loaded first in the child: gives it the `process.parentPort` that Electron's utility processes have. */
import { EventEmitter } from 'node:events'

const port = new EventEmitter()
port.postMessage = (message) => process.send(message, undefined, {}, () => undefined)
// As in Electron, what comes before anybody listens is kept.
port.on('newListener', (name) => {
  if (name === 'message' && port.listenerCount(name) === 0)
    process.on('message', (data) => port.emit('message', { data, ports: [] }))
})
process.on('disconnect', () => process.exit())
Object.defineProperty(process, 'parentPort', { value: port })
