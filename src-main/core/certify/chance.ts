/** What always naming the most frequent class gets right: with classes of one size, one over their number. */
export function chanceOf(test: readonly { readonly label: number }[]): number {
  const counts = new Map<number, number>()
  for (const { label } of test) counts.set(label, (counts.get(label) ?? 0) + 1)
  return Math.max(...counts.values()) / test.length
}
