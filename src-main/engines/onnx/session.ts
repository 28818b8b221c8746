/** A thin, typed layer over ONNX Runtime's sessions. */
import ort from 'onnxruntime-node'

/** A float32 tensor over existing data; one extent may be −1. */
export function tensor(data: Float32Array, dims: readonly number[]): ort.Tensor {
  const known = dims.filter((d) => d >= 0).reduce((product, d) => product * d, 1)
  return new ort.Tensor(
    'float32',
    data,
    dims.map((d) => (d < 0 ? data.length / known : d)),
  )
}

export async function openSession(
  model: Uint8Array,
  providers: readonly ort.InferenceSession.ExecutionProviderConfig[],
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: [...providers],
    // Beyond this level the optimiser would lay convolutions out itself; programs.ts has already done so.
    graphOptimizationLevel: 'extended',
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { session: { set_denormal_as_zero: '1' } },
  })
}

export interface LazySession {
  run(feeds: Record<string, ort.Tensor>, outputs: readonly string[]): Promise<Record<string, Float32Array>>
  release(): Promise<void>
}

/** A session that is opened when it is first run: a worker that only certifies never builds the training graph. */
export function lazily(
  model: () => Uint8Array,
  providers: readonly ort.InferenceSession.ExecutionProviderConfig[],
): LazySession {
  let session: Promise<ort.InferenceSession> | undefined
  return {
    async run(feeds, outputs) {
      session ??= openSession(model(), providers)
      const results = await (await session).run(feeds, [...outputs])
      return Object.fromEntries(outputs.map((name) => [name, results[name]!.data as Float32Array]))
    },
    async release() {
      await (await session)?.release()
      session = undefined
    },
  }
}
