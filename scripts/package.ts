/**
 * `npm run package -- ARGUMENTS OF ELECTRON-BUILDER`: icons, licences and, for Linux, Node.js; then electron-builder
 * (electron-builder.yml) on what was built last. Nothing is published.
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { makeIcons } from './icons.js'
import { gatherLicences } from './licences.js'
import { ROOT, isProgram } from './programs.js'
import { shipNode } from './shipped-node.js'

/**
 * @param args of electron-builder.
 * @param root a folder as the repository's: package.json, package-lock.json, node_modules, out, resources.
 * @returns what electron-builder printed.
 * @throws Error when it fails.
 */
export async function packageApp(args: readonly string[], root = ROOT): Promise<string> {
  await makeIcons(join(root, 'build', 'icons'))
  await gatherLicences(root)
  const other = args.includes('--win') || args.includes('--mac')
  if (args.includes('--linux') || (process.platform === 'linux' && !other)) await shipNode(join(root, 'build', 'node'))
  const builder = dirname(createRequire(import.meta.url).resolve('electron-builder/package.json'))
  const command = [join(builder, 'cli.js'), '--publish', 'never', '--projectDir', root, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`electron-builder ${args.join(' ')} failed:\n${stdout}${stderr}`)
  return stdout
}

if (isProgram(import.meta.url)) {
  try {
    process.stdout.write(await packageApp(process.argv.slice(2)))
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
