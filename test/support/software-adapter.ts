/** The graphics adapter of tests: SwiftShader, which comes with Chromium and computes on the processor. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

const FOLDERS = ['/usr/lib/chromium', ...[process.env['FIXATIVE_CHROMIUM'] ?? []].flat().map((file) => dirname(file))]
const FILES = ['vk_swiftshader_icd.json', 'libvk_swiftshader.so', 'libvulkan.so.1']

const folder = FOLDERS.find((candidate) => FILES.every((file) => existsSync(join(candidate, file))))

/** Why tests of WebGPU cannot run here; empty: they can. */
export const noSoftwareAdapter = folder ? '' : 'no SwiftShader here (it comes with Chromium)'

/** Environment in which a new process finds the adapter, and no other one. */
export function softwareAdapter(): NodeJS.ProcessEnv {
  if (!folder) return {}
  const path = [folder, process.env['LD_LIBRARY_PATH'] ?? []].flat().join(':')
  return { LD_LIBRARY_PATH: path, VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json') }
}
