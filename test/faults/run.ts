/**
 * npm run faults [-- --every N]: ends a job at every N-th operation on the disk (default: each) by every fault, starts
 * it again and compares. Prints one JSON object; exit code 1 when anything is lost, half-written or different.
 */
import { parseArgs } from 'node:util'
import { FAULTS } from './disk.js'
import { FaultSuite, type Outcome } from './suite.js'

const { values } = parseArgs({ options: { every: { type: 'string', default: '1' } } })
const every = Number(values.every)
if (!Number.isInteger(every) || every < 1) throw new Error('--every takes a positive whole number')

const tell = (line: string): void => void process.stderr.write(`${line}\n`)
const started = performance.now()
const suite = new FaultSuite()
const outcomes: Outcome[] = []
try {
  await suite.record((_, __, number) => number % every === 0)
  tell(`recorded ${suite.operations} operations, ${suite.points.length} different states of the disk`)
  for (const point of suite.points) {
    outcomes.push(await suite.resume(point))
    if (outcomes.length % 50 === 0) tell(`${outcomes.length} of ${suite.points.length}`)
  }
} finally {
  await suite.close()
}

const count = (of: (outcome: Outcome) => string): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) counts[of(outcome)] = (counts[of(outcome)] ?? 0) + 1
  return counts
}
const bad = outcomes.filter(({ wrong }) => wrong.length > 0)
const report = {
  operations: suite.operations,
  points: outcomes.length,
  byStage: count(({ point }) => point.stage),
  byFault: count(({ point }) => point.fault),
  faults: FAULTS,
  failed: bad.length,
  failures: bad.slice(0, 100).map(({ point, wrong }) => ({ ...point, wrong })),
  seconds: Math.round((performance.now() - started) / 1000),
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
process.exitCode = bad.length > 0 ? 1 : 0
