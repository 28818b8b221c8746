/** A job in a process of its own, which the tests kill: argv is input, output, data folder, number of workers. */
import { createPool } from '../../src-main/workers/pool.js'
import { nodeTransport } from '../../src-main/workers/transport.js'
import { openKeyStore } from '../../src-main/keys/key-store.js'
import { protect } from '../../src-main/jobs/protect.js'
import { openStorage } from '../../src-main/storage/folders.js'
import { QUICK } from './collection.js'

const [input, output, home, workers] = process.argv.slice(2) as [string, string, string, string]
const storage = openStorage(home)
const pool = createPool({
  transport: nodeTransport(new URL('./worker.js', import.meta.url)),
  size: Number(workers),
})
await protect(
  { input, output, settings: QUICK },
  {
    pool,
    keys: openKeyStore(storage.keys),
    storage,
    version: '0.0.0-test',
    onEvent: (event) => process.send?.(event),
    now: () => new Date('2026-01-01T00:00:00Z'),
    effort: { rounds: 2, warmUp: 1, fitSteps: 30, roundSteps: 2 },
  },
)
await pool.close()
process.disconnect()
