import { constants, getPriority } from 'node:os'
import { expect, it } from 'vitest'
import { nodeTransport } from '../workers/transport.js'
import { lowPriorityWorkers } from './low-priority-workers.js'

it('job workers run below normal priority', async () => {
  const handle = lowPriorityWorkers(nodeTransport(new URL('../workers/entry.ts', import.meta.url))).spawn()
  expect(getPriority(handle.pid)).toBe(constants.priority.PRIORITY_BELOW_NORMAL)
  const gone = new Promise((done) => handle.onExit(done))
  handle.kill()
  await gone
})
