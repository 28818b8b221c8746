/** Loads compiled kernels: the modules that `npm run kernels` writes. */

/** The little of the standard's types that is needed; they come with the DOM's, which do not belong here. */
declare const WebAssembly: {
  Memory: new (descriptor: { initial: number }) => KernelMemory
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

export const PAGE_BYTES = 65_536

export interface KernelMemory {
  readonly buffer: ArrayBuffer
  /** @param pages of PAGE_BYTES; `buffer` is another afterwards */
  grow(pages: number): number
}

/**
 * @param wasm the module, in base64; it imports its memory
 * @param imports further functions that it calls
 */
export function loadKernel<Exports>(
  wasm: string,
  imports: Readonly<Record<string, (x: number) => number>> = {},
): { readonly exports: Exports; readonly memory: KernelMemory } {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const module = new WebAssembly.Module(Buffer.from(wasm, 'base64'))
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ...imports } })
  return { exports: exports as Exports, memory }
}
