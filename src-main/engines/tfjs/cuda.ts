/** Loads TensorFlow for NVIDIA cards where it is installed, and says in words what is missing where it is not. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter } from 'node:path'
import util from 'node:util'
import { FixativeError } from '../../core/errors.js'
import type { Engine } from '../engine.js'
import { cardNames } from '../graphics.js'
import { TfjsProgram } from './engine.js'
import type { Tf } from './network.js'

const PACKAGE = '@tensorflow/tfjs-node-gpu'
const INSTALL = `Install it beside Fixative: npm install --no-save ${PACKAGE}@4.22.0`
const LIBRARIES = 'Install CUDA 11.2 and cuDNN 8.1, and put their libraries where the system finds them.'
/** What libtensorflow 2.9 opens when it starts to use a card. */
const NEEDED = ['libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11', 'libcudnn.so.8']

/** How the machine is asked; a test asks one of its own. */
export interface CudaHost {
  readonly platform: string
  readonly arch: string
  hasDriver(): boolean
  /** Names of the libraries that the system's loader would find; null: it cannot be asked. */
  libraries(): ReadonlySet<string> | null
  /** @throws what Node throws when the package, or a library of it, is not there. */
  load(): unknown
}

/**
 * TensorFlow on an NVIDIA card.
 * @throws FixativeError `cuda-unsupported`, `cuda-no-card`, `cuda-not-installed`, `cuda-library-missing`.
 */
export async function tfjsCuda(): Promise<Engine> {
  const tf = loadCuda(THIS_MACHINE)
  const names = await cardNames()
  return {
    name: 'tfjs-cuda',
    device: names.find((name) => /nvidia/i.test(name)) ?? 'NVIDIA graphics card',
    software: false,
    load: (spec) => Promise.resolve(new TfjsProgram(tf, spec)),
  }
}

/** @throws as `tfjsCuda`. */
export function loadCuda(host: CudaHost): Tf {
  const { platform, arch } = host
  if (arch !== 'x64' || (platform !== 'linux' && platform !== 'win32')) {
    const message = 'The CUDA engine exists for Linux and Windows on x64 processors only.'
    throw new FixativeError('cuda-unsupported', message, 'Use the engine webgpu or cpu.')
  }
  if (!host.hasDriver()) {
    const message = 'No NVIDIA graphics card with a driver was found.'
    throw new FixativeError('cuda-no-card', message, 'Install the NVIDIA driver, or choose the engine webgpu or cpu.')
  }
  let tf: Tf
  try {
    tf = host.load() as Tf
  } catch (cause) {
    throw loadError(cause)
  }
  const backend = tf.backend() as { isUsingGpuDevice?: boolean }
  if (tf.getBackend() !== 'tensorflow' || backend.isUsingGpuDevice !== true) {
    // Without its libraries TensorFlow computes on the processor and does not say so.
    const found = host.libraries()
    const missing = NEEDED.filter((name) => found !== null && !found.has(name))
    const what = missing.length > 0 ? `does not find ${missing.join(', ')}` : 'does not find a card that it can use'
    throw new FixativeError('cuda-library-missing', `TensorFlow is installed, but ${what}.`, LIBRARIES)
  }
  return tf
}

function loadError(cause: unknown): FixativeError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const { code } = cause as NodeJS.ErrnoException
  const library = /lib(?:cu|nv)[\w.-]+?\.so[.\d]*|cu[\w-]+\.dll/i.exec(text)?.[0]
  if (library) {
    return new FixativeError('cuda-library-missing', `TensorFlow needs ${library}, which was not found.`, LIBRARIES, {
      cause,
    })
  }
  if (code === 'MODULE_NOT_FOUND' && text.includes(PACKAGE)) {
    return new FixativeError('cuda-not-installed', `The package ${PACKAGE} is not installed.`, INSTALL, { cause })
  }
  const [line = ''] = text.split('\n')
  return new FixativeError('cuda-not-installed', `The package ${PACKAGE} cannot be loaded: ${line}`, INSTALL, { cause })
}

/** Node 23 took two functions away that the package (4.22.0, its last version) still calls. */
export function restoreUtil(target: object = util): void {
  const old = target as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean }
  old.isNullOrUndefined ??= (value) => value === null || value === undefined
  old.isArray ??= Array.isArray
}

const THIS_MACHINE: CudaHost = {
  platform: process.platform,
  arch: process.arch,
  hasDriver: () =>
    process.platform === 'win32'
      ? existsSync(`${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\nvcuda.dll`)
      : existsSync('/dev/nvidiactl') || existsSync('/dev/dxg'),
  libraries: () => {
    if (process.platform !== 'linux') return null
    const names = new Set<string>()
    for (const folder of (process.env['LD_LIBRARY_PATH'] ?? '').split(delimiter).filter(existsSync)) {
      for (const name of readdirSync(folder)) names.add(name)
    }
    try {
      const cache = execFileSync('ldconfig', ['-p'], { encoding: 'utf8', env: { PATH: '/usr/sbin:/sbin:/usr/bin' } })
      for (const [, name] of cache.matchAll(/^\s+(\S+)/gm)) names.add(name!)
      return names
    } catch {
      return null
    }
  },
  load: () => {
    restoreUtil()
    // Otherwise TensorFlow takes all memory of the card, which the desktop is using too.
    process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
    return createRequire(import.meta.url)(PACKAGE) as unknown
  },
}
