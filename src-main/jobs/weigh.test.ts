import { setImmediate as tick } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { weightLimit } from './weigh.js'

/** Work that ends when it is told to; `running` has the names of what has begun and not ended. */
function pieces(capacity: number) {
  const limit = weightLimit(capacity)
  const running = new Set<string>()
  const end = new Map<string, (fails?: Error) => void>()
  const begin = (name: string, weight: number): Promise<void> =>
    limit(weight, async () => {
      running.add(name)
      await new Promise<void>((resolve, reject) =>
        end.set(name, (error) => (error ? reject(error) : resolve())),
      ).finally(() => running.delete(name))
    })
  return { begin, running, end: async (name: string, error?: Error) => (end.get(name)!(error), tick()) }
}

test('runs together what fits together', async () => {
  const { begin, running, end } = pieces(10)
  const all = [begin('a', 4), begin('b', 6), begin('c', 1)]
  await tick()
  expect([...running]).toEqual(['a', 'b'])
  await end('a')
  expect([...running]).toEqual(['b', 'c'])
  await end('b')
  await end('c')
  await Promise.all(all)
})

test('runs what is too heavy alone, in its turn', async () => {
  const { begin, running, end } = pieces(10)
  const all = [begin('small', 1), begin('huge', 50), begin('later', 1)]
  await tick()
  expect([...running]).toEqual(['small'])
  await end('small')
  expect([...running]).toEqual(['huge'])
  await end('huge')
  expect([...running]).toEqual(['later'])
  await end('later')
  await Promise.all(all)
})

test('what fails makes room as well, and keeps its error', async () => {
  const { begin, running, end } = pieces(1)
  const failing = begin('first', 1)
  const next = begin('next', 1)
  await tick()
  await Promise.all([expect(failing).rejects.toThrow('broken'), end('first', new Error('broken'))])
  expect([...running]).toEqual(['next'])
  await end('next')
  await next
})
