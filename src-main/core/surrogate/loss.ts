/** Softmax cross-entropy of a batch, from its logits. */

/**
 * @param logits N×K, flat. @param labels N class indices, 0 ≤ label < K.
 * @returns the mean cross-entropy in nats, and how many rows have their largest logit at the label (ties: the first).
 */
export function lossAndCorrect(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
): { loss: number; correct: number } {
  let total = 0
  let correct = 0
  for (let n = 0; n < labels.length; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes)
    let best = 0
    for (let k = 1; k < classes; k++) if (row[k]! > row[best]!) best = k
    let sum = 0
    for (let k = 0; k < classes; k++) sum += Math.exp(row[k]! - row[best]!)
    total += Math.log(sum) + row[best]! - row[labels[n]!]!
    if (best === labels[n]) correct++
  }
  return { loss: total / labels.length, correct }
}

/** Rows of zeros with a one at the label: N×K, flat. */
export function onehotOf(labels: Int32Array, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes)
  labels.forEach((label, n) => (rows[n * classes + label] = 1))
  return rows
}
