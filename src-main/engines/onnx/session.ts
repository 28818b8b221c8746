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

/** The values of a float32 tensor in main memory. */
export function valuesOf(result: ort.Tensor | undefined): Float32Array {
  return result!.data as Float32Array
}

/** Where a session runs. No part of a graph ever goes back to the CPU from a GPU: it would be slow without a word. */
export type Provider = 'cpu' | 'webgpu'

interface Runs {
  readonly providers: ort.InferenceSession.ExecutionProviderConfig[]
  readonly settings: Readonly<Record<string, string>>
}

const RUNS: Readonly<Record<Provider, Runs>> = {
  cpu: { providers: ['cpu'], settings: { set_denormal_as_zero: '1' } },
  // NCHW is what the graphs are written in; the provider's own default would transpose around every convolution.
  webgpu: {
    providers: [{ name: 'webgpu', preferredLayout: 'NCHW' }],
    settings: { disable_cpu_ep_fallback: '1' },
  },
}

/** @param kept outputs that stay in the memory of the device; its values cannot be read, only fed to a session. */
export async function openSession(
  model: Uint8Array,
  provider: Provider,
  kept: readonly string[] = [],
): Promise<ort.InferenceSession> {
  const { providers, settings } = RUNS[provider]
  return ort.InferenceSession.create(model, {
    executionProviders: providers,
    // Beyond this level the optimiser would lay convolutions out itself; programs.ts has already done so.
    graphOptimizationLevel: 'extended',
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { session: settings },
    ...(kept.length === 0
      ? {}
      : { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer'])) }),
  })
}

export interface LazySession {
  run(feeds: Record<string, ort.Tensor>, outputs: readonly string[]): Promise<Record<string, ort.Tensor>>
  release(): Promise<void>
}

/** A session that is opened when it is first run: a worker that only certifies never builds the training graph. */
export function lazily(model: () => Uint8Array, provider: Provider, kept: readonly string[] = []): LazySession {
  let session: Promise<ort.InferenceSession> | undefined
  return {
    async run(feeds, outputs) {
      session ??= openSession(model(), provider, kept)
      return (await session).run(feeds, [...outputs])
    },
    async release() {
      await (await session)?.release()
      session = undefined
    },
  }
}
