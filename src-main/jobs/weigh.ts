/**
 * Lets pieces of work run at the same time only while together they weigh at most `capacity`; one that is heavier by
 * itself runs alone. First come, first served, so a heavy one is never overtaken for ever.
 */
export function weightLimit(capacity: number): <T>(weight: number, work: () => Promise<T>) => Promise<T> {
  const waiting: { weight: number; start: () => void }[] = []
  let running = 0
  const admit = (): void => {
    for (let next = waiting[0]; next && (running === 0 || running + next.weight <= capacity); next = waiting[0]) {
      running += next.weight
      waiting.shift()
      next.start()
    }
  }
  return async (weight, work) => {
    await new Promise<void>((start) => {
      waiting.push({ weight, start })
      admit()
    })
    try {
      return await work()
    } finally {
      running -= weight
      admit()
    }
  }
}
