/** docs/architecture.md says what layers.json says, every folder is a room, and no import leads back to itself. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { ROOT, filesBelow, read } from './support/sources.js'
import layers from '../layers.json' with { type: 'json' }

const rooms: Readonly<Record<string, { readonly may: readonly string[]; readonly holds: string }>> = layers

describe('the rooms', () => {
  it('are those of docs/architecture.md', () => {
    const page = read('docs/architecture.md')
    const rows = [...page.matchAll(/^\| `(src-[^`]*)\/`\s*\|([^|]*)\|([^|]*)\|$/gm)].map(([, room, holds, may]) => ({
      room,
      holds: holds!.trim(),
      may: [...may!.matchAll(/`([^`]*)`/g)].map(([, name]) => name),
    }))
    const named = Object.entries(rooms).map(([room, { holds, may }]) => ({
      room,
      holds,
      may: may.map((name) => name.replace('src-main/', '')),
    }))
    expect(rows).toEqual(named)
  })

  it('are all folders of the code, and each comes after those that it imports from', () => {
    const folders = readdirSync(join(ROOT, 'src-main'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src-main/${name}`)
    expect(Object.keys(rooms).sort()).toEqual([...folders, 'src-preload', 'src-renderer', 'src-shared'].sort())
    const order = Object.keys(rooms)
    for (const [room, { may }] of Object.entries(rooms)) {
      for (const other of may) expect(order.indexOf(other), `${room} ← ${other}`).toBeLessThan(order.indexOf(room))
    }
  })
})

/** Relative imports of each source file, types included. */
function imports(): ReadonlyMap<string, readonly string[]> {
  const folders = ['src-main', 'src-shared', 'src-preload', 'src-renderer', 'test', 'e2e', 'scripts']
  const files = folders.flatMap((folder) => filesBelow(folder, ['.ts', '.js', '.svelte']))
  return new Map(
    files.map((file) => {
      const text = read(file)
      const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, to]) => resolve(file, to!))
      return [file, found.filter((to) => to !== null)]
    }),
  )
}

function resolve(from: string, to: string): string | null {
  const path = normalize(join(dirname(from), to))
  const candidates = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.svelte.ts')]
  return candidates.find((file) => existsSync(join(ROOT, file))) ?? null
}

it('no import leads back to the file that it is in', () => {
  const graph = imports()
  expect(graph.size).toBeGreaterThan(300)
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file)
    if (at >= 0) circles.push([...way.slice(at), file].join(' → '))
    if (at >= 0 || done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...way, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  expect(circles).toEqual([])
})

/** Packages that run when a file is loaded, by way of imports that are more than types. */
function reached(from: string): ReadonlySet<string> {
  const seen = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const { statements } = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest)
    for (const statement of statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue
      if (!statement.moduleSpecifier || isTypeOnly(statement)) continue
      const to = (statement.moduleSpecifier as ts.StringLiteral).text
      const next = to.startsWith('.') ? resolve(file, to) : null
      if (next !== null) visit(next)
      else packages.add(to)
    }
  }
  visit(from)
  return packages
}

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly
  const clause = statement.importClause
  if (!clause || clause.name || clause.isTypeOnly) return clause?.isTypeOnly ?? false
  const names = clause.namedBindings
  return names !== undefined && ts.isNamedImports(names) && names.elements.every(({ isTypeOnly }) => isTypeOnly)
}

it('the main process of the desktop app loads neither sharp nor ONNX Runtime (docs/decisions/0013)', () => {
  const native = ['sharp', 'onnxruntime-node']
  expect([...reached('src-main/workers/entry.ts')]).toEqual(expect.arrayContaining(native))
  const main = reached('src-main/shell/index.ts')
  expect(main).toContain('electron')
  expect(native.filter((name) => main.has(name))).toEqual([])
})
