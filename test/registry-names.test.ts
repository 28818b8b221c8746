/** No sentence sends anybody to a name in the registry: Fixative is not published there, and names there are anybody's. */
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ROOT, filesBelow, read } from './support/sources.js'

/** `npx fixative`, `npm install fixative`, `npm i -g @fixative/cli` and the like. */
const FROM_REGISTRY = /\b(?:npx|npm (?:exec|x|i|install|add)|pnpm|yarn|bunx)\s+(?:-\S+\s+)*(?:@fixative\/|fixative\b)/

it('neither in the program nor in the documentation', () => {
  const pages = readdirSync(ROOT).filter((name) => name.endsWith('.md'))
  const folders = ['src-main', 'src-shared', 'src-preload', 'src-renderer', 'scripts', 'docs', 'bin', '.github']
  // The packages' own pages (packaging/npm) are read in the registry, once they are there.
  const files = [...pages, ...folders.flatMap((folder) => filesBelow(folder, ['.ts', '.js', '.svelte', '.md', '.yml']))]
  expect(files.length).toBeGreaterThan(300)
  expect(files.filter((file) => FROM_REGISTRY.test(read(file)))).toEqual([])
  for (const text of ['npx fixative verify', 'npm install -g @fixative/cli', 'npm i --ignore-scripts fixative']) {
    expect(text).toMatch(FROM_REGISTRY)
  }
})
