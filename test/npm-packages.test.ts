/** The packages for npm, installed from their tarballs into empty folders and used there as others would. */
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { packPackage, type PackageName } from '../scripts/npm-packages.js'
import { drawCollection } from './support/collection.js'
import { needs, noRegistry } from './support/needs.js'
import { ROOT } from './support/sources.js'

const root = mkdtempSync(join(tmpdir(), 'fixative-npm-'))
const images = join(root, 'my pictures')
const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, FIXATIVE_HOME: join(root, 'home'), NO_COLOR: '1' }
/** Learning takes half a minute of the processor; a busy machine is slow, not wrong. */
const PATIENCE = 600_000

beforeAll(() => drawCollection(images, { even: 2, odd: 2 }))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function run(command: string, args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = env) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: more })
  return { status, text: stdout + stderr, stdout }
}

/** Packs and installs a package; null, or why that is impossible here. */
async function install(which: PackageName, folder: string): Promise<string | null> {
  if (process.platform === 'win32') return 'installing is tried on Linux and macOS'
  const tarball = await packPackage(which, join(root, 'packed'))
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  const { status, text } = run('npm', ['install', ...options, tarball], folder, process.env)
  return status === 0 ? null : noRegistry(text)
}

const manifest = (folder: string, name: string) =>
  JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string
    engines: { node: string }
    dependencies: Record<string, string>
  }

describe('@fixative/cli', () => {
  const folder = join(root, 'cli')
  const command = join(folder, 'node_modules', '.bin', 'fixative')
  let missing: string | null
  beforeAll(async () => {
    missing = await install('cli', folder)
  })

  it('is the command line without Electron, in the versions of the app', (context) => {
    needs(missing, context)
    const { version, engines, dependencies } = manifest(folder, '@fixative/cli')
    expect({ version, engines }).toEqual({ version: packageJson.version, engines: packageJson.engines })
    expect(packageJson.dependencies).toMatchObject(dependencies)
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => name.startsWith('electron'))).toEqual([])
    const shipped = readdirSync(join(folder, 'node_modules/@fixative/cli'), { recursive: true, encoding: 'utf8' })
    expect(shipped.filter((name) => /shell|preload|library/.test(name))).toEqual([])
    expect(shipped).toEqual(expect.arrayContaining(['LICENSE', 'README.md', join('out', 'renderer', 'licenses.txt')]))
  })

  it(
    'protects pictures, verifies them, and notices a change',
    (context) => {
      needs(missing, context)
      expect(run(command, ['--version'], root).stdout.trim()).toBe(packageJson.version)
      const quick = ['--resolution', '32', '--no-certify', '--engine', 'cpu']
      const done = run(command, ['protect', images, ...quick], root)
      expect(done.status, done.text).toBe(0)
      expect(done.text).toContain('4 pictures protected')
      const checked = run(command, ['verify', `${images}-protected`], root)
      expect(checked.status, checked.text).toBe(0)
      expect(checked.text).toContain('✓ Files: all 4 files as certified')
      rmSync(join(`${images}-protected`, 'odd', 'picture 1.png'))
      expect(run(command, ['verify', `${images}-protected`], root).status).toBe(3)
    },
    PATIENCE,
  )
})

const CONSUMER = `import { type JobEvent, DEFAULT_SETTINGS, FixativeError, protect, verify } from '@fixative/core'

const [input = '', output = ''] = process.argv.slice(2)
const { ok, files, signer } = await verify(output)
const state: 'own' | 'known' | 'revoked' | 'unknown' = signer.state
const stages: string[] = []
const onEvent = (event: JobEvent): void => void (event.type === 'stage' && stages.push(event.stage))
const codeOf = (error: unknown): string | null => (error instanceof FixativeError ? error.code : null)
const settings = { resolution: 32, certify: false, engine: 'cpu' } as const
// Reads what is protected already, and has nothing to do.
const again = await protect(output, { settings, onEvent }).then(({ images }) => images, codeOf)
// @ts-expect-error there is no such setting
const refused = await protect(input, { settings: { resolution: 31 } }).then(() => null, codeOf)
const strength = DEFAULT_SETTINGS.strength
console.log(JSON.stringify({ ok, matching: files.matching, state, stages, again, refused, strength }))
`

describe('@fixative/core', () => {
  const folder = join(root, 'core')
  let missing: string | null
  beforeAll(async () => {
    missing = await install('core', folder)
  })

  it(
    'is imported by a TypeScript program that is checked strictly, and verifies and protects',
    (context) => {
      needs(missing, context)
      writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
      writeFileSync(join(folder, 'consumer.ts'), CONSUMER)
      mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
      for (const name of ['@types/node', 'undici-types']) {
        const here = join(folder, 'node_modules', name)
        if (!existsSync(here)) symlinkSync(join(ROOT, 'node_modules', name), here)
      }
      const options = [
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
        '--skipLibCheck',
        'false',
      ]
      const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
      const compiled = run(process.execPath, [tsc, ...options, 'consumer.ts'], folder)
      expect(compiled.status, compiled.text).toBe(0)

      const output = `${images}-protected`
      needs(existsSync(output) ? null : 'the command line has protected nothing', context)
      const { status, text, stdout } = run(process.execPath, ['consumer.js', images, output], folder)
      expect(status, text).toBe(0)
      expect(JSON.parse(stdout)).toEqual({
        ok: false,
        matching: 3,
        state: 'own',
        stages: ['scan', 'thumbnails'],
        again: 'already-protected',
        refused: 'invalid-settings',
        strength: 'balanced',
      })
    },
    PATIENCE,
  )
})
