/**
 * Stages the packages of the command line and of the library for npm, from what was built last, and packs them:
 * dist/npm/cli, dist/npm/core and a tarball of each. Nothing is published.
 *
 * A package has the built files that its program reaches. Its dependencies are the packages that those files import, in
 * the versions of package.json: there is no second list.
 */
import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'
import packageJson from '../package.json' with { type: 'json' }
import { ROOT, isProgram } from './programs.js'

interface Kind {
  readonly name: string
  readonly description: string
  /** Programs, from the root of the package. */
  readonly entries: readonly string[]
  /** Whole folders. */
  readonly folders: readonly string[]
  /** Declarations that say what can be imported. */
  readonly types: string | null
  readonly fields: object
}

const WORKER = 'out/main/worker.js'
const COMMAND = packageJson.bin.fixative
const LIBRARY = { types: './types/src-main/library/index.d.ts', default: './out/main/library.js' }

const KINDS = {
  cli: {
    name: '@fixative/cli',
    description: packageJson.description,
    entries: [COMMAND, 'out/main/cli.js', WORKER],
    folders: ['out/renderer'],
    types: null,
    fields: { bin: { fixative: COMMAND } },
  },
  core: {
    name: '@fixative/core',
    description:
      'The library of Fixative: protects pictures against being learnt by image classifiers, and verifies it.',
    entries: ['out/main/library.js', WORKER],
    folders: [],
    types: LIBRARY.types,
    fields: { exports: { '.': LIBRARY } },
  },
} satisfies Record<string, Kind>
export type PackageName = keyof typeof KINDS
export const PACKAGES = Object.keys(KINDS) as PackageName[]

/** Where tsc puts declarations, by the source folder that they are of; longer names first. */
const DECLARATIONS: readonly (readonly [string, string])[] = [
  ['types/src-main/core/', 'node_modules/.cache/tsc/core/'],
  ['types/src-main/', 'node_modules/.cache/tsc/main/'],
  ['types/src-shared/', 'node_modules/.cache/tsc/shared/'],
]

/** Where a file of the package is here. */
function sourceOf(path: string): string {
  const declared = DECLARATIONS.find(([folder]) => path.startsWith(folder))
  return join(ROOT, declared ? path.replace(...declared) : path)
}

interface Reached {
  /** From the root of the package. */
  readonly files: ReadonlySet<string>
  /** Names of packages that they import. */
  readonly packages: ReadonlySet<string>
}

/** Every file that one of these leads to by its imports, and every package. */
async function reach(entries: readonly string[]): Promise<Reached> {
  const files = new Set<string>()
  const packages = new Set<string>()
  const pending = [...entries]
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue
    files.add(file)
    const { importedFiles } = ts.preProcessFile(await readFile(sourceOf(file), 'utf8'), true, true)
    for (const { fileName: to } of importedFiles) {
      if (to.startsWith('.')) {
        const path = normalize(join(dirname(file), to)).replaceAll('\\', '/')
        pending.push(file.endsWith('.d.ts') ? path.replace(/\.js$/, '.d.ts') : path)
      } else if (!to.startsWith('node:')) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(to)![0])
    }
  }
  return { files, packages }
}

/** The versions of package.json. @throws Error for a package that is not among its dependencies. */
function versions(names: Iterable<string>): Record<string, string> {
  const known: Readonly<Record<string, string>> = packageJson.dependencies
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const version = known[name]
      if (version === undefined) throw new Error(`${name} is imported, but no dependency of package.json.`)
      return [name, version]
    }),
  )
}

/** Runs a command of npm or of node_modules in `cwd` and gives what it prints. @throws Error when it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  return stdout
}

/**
 * Stages one package below `target` and packs it.
 * @returns path of the tarball.
 * @throws Error when there is no build, or it imports a package that package.json does not name.
 */
export async function packPackage(which: PackageName, target = join(ROOT, 'dist', 'npm')): Promise<string> {
  const kind: Kind = KINDS[which]
  const folder = join(target, which)
  await rm(folder, { recursive: true, force: true })
  if (kind.types !== null)
    run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'src-main'], ROOT)
  const { files, packages } = await reach([...kind.entries, ...(kind.types === null ? [] : [normalize(kind.types)])])
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await cp(sourceOf(file), join(folder, file))
  }
  for (const path of [...kind.folders, 'LICENSE', 'out/main/licenses.txt']) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true })
  }
  await cp(join(ROOT, 'packaging', 'npm', `${which}.md`), join(folder, 'README.md'))
  const { version, license, type, engines, peerDependencies, peerDependenciesMeta } = packageJson
  const { name, description, fields } = kind
  const manifest = {
    ...{ name, version, description, license, type, engines, ...fields },
    ...{ dependencies: versions(packages), peerDependencies, peerDependenciesMeta },
    publishConfig: { access: 'public', provenance: true },
  }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  const printed = run('npm', ['pack', '--json', '--pack-destination', target], folder)
  const [packed] = Object.values(JSON.parse(printed) as Record<string, { filename: string }>)
  return join(target, packed!.filename)
}

if (isProgram(import.meta.url)) for (const name of PACKAGES) console.log(await packPackage(name))
