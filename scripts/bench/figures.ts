/** How figures are taken, and summed up. */
export const RUNS = 5

export const round = (value: number): number => Number(value.toPrecision(4))
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Median seconds of some runs, after one to warm up. */
export async function seconds(work: () => Promise<unknown>, runs = RUNS): Promise<number> {
  const times: number[] = []
  for (let i = 0; i <= runs; i++) {
    const start = performance.now()
    await work()
    if (i > 0) times.push((performance.now() - start) / 1000)
  }
  return median(times)
}
