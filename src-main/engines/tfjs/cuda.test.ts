/** What the CUDA engine says on machines that lack a part of it; the engine itself is tested by the conformance suite. */
import { describe, expect, it } from 'vitest'
import { type CudaHost, loadCuda, restoreUtil } from './cuda.js'

const backend = (isUsingGpuDevice: boolean) => ({
  getBackend: () => 'tensorflow',
  backend: () => ({ isUsingGpuDevice }),
})
const failing = (message: string, code?: string) => () => {
  throw Object.assign(new Error(message), { code })
}
const machine: CudaHost = {
  platform: 'linux',
  arch: 'x64',
  hasDriver: () => true,
  libraries: () => new Set(['libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11']),
  load: () => backend(true),
}

describe('CUDA', () => {
  it('is there when TensorFlow uses a card', () => {
    expect(loadCuda(machine).getBackend()).toBe('tensorflow')
  })

  it.each<[string, string, Partial<CudaHost>, RegExp]>([
    ['on a Mac', 'cuda-unsupported', { platform: 'darwin', arch: 'arm64' }, /Linux and Windows/],
    ['without a driver', 'cuda-no-card', { hasDriver: () => false }, /No NVIDIA graphics card/],
    [
      'without the package',
      'cuda-not-installed',
      { load: failing("Cannot find module '@tensorflow/tfjs-node-gpu'", 'MODULE_NOT_FOUND') },
      /is not installed/,
    ],
    [
      'without a library that the package is linked to',
      'cuda-library-missing',
      { load: failing('libcudart.so.11.0: cannot open shared object file: No such file or directory') },
      /needs libcudart\.so\.11\.0,/,
    ],
    [
      'without a library that TensorFlow looks for later',
      'cuda-library-missing',
      { load: () => backend(false) },
      /does not find libcudnn\.so\.8\./,
    ],
  ])('%s is refused with what to do', (_, code, part, message) => {
    expect(() => loadCuda({ ...machine, ...part })).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(/^(Install|Use) /) as string,
      }),
    )
  })

  it('gives the package what newer versions of Node have taken away, and changes nothing else', () => {
    const mine = (): boolean => true
    const util: Record<string, unknown> = { isArray: mine }
    restoreUtil(util)
    const isNullOrUndefined = util['isNullOrUndefined'] as (value: unknown) => boolean
    expect([null, undefined, 0].map(isNullOrUndefined)).toEqual([true, true, false])
    expect(util['isArray']).toBe(mine)
  })
})
