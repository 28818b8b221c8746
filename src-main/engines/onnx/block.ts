/** Finds the channel block that ONNX Runtime's blocked convolutions use on this processor. */
import { ModelBuilder } from './model.js'
import { openSession, tensor } from './session.js'

const CHANNELS = 64
const CANDIDATES = [16, 8, 4]

let found: Promise<number> | undefined

/** 16, 8 or 4; 1 where the runtime has no blocked kernels. Found once a process, by asking the runtime to reorder. */
export function convolutionBlock(): Promise<number> {
  found ??= probe().catch(() => 1)
  return found
}

/** Two pixels a channel: the second value of the reordered tensor is channel 1's first pixel only under blocking. */
async function probe(): Promise<number> {
  const model = new ModelBuilder()
  const x = model.input('x', [1, CHANNELS, 1, 2])
  const blocked = model.op('ReorderInput', [x], {}, 'com.microsoft.nchwc')
  model.output('y', blocked, [1, CHANNELS, 1, 2])
  const session = await openSession(model.bytes(), 'cpu')
  const values = Float32Array.from({ length: CHANNELS * 2 }, (_, i) => i)
  const result = await session.run({ x: tensor(values, [1, CHANNELS, 1, 2]) })
  await session.release()
  const order = result['y']!.data as Float32Array
  return CANDIDATES.find((block) => order.every((value, i) => value === reordered(i, block))) ?? 1
}

function reordered(i: number, block: number): number {
  const channel = Math.floor(i / (2 * block)) * block + (i % block)
  const pixel = Math.floor(i / block) % 2
  return channel * 2 + pixel
}
