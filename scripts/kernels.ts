/** Compiles the kernels (AssemblyScript) into modules that need no file beside them. Fetches the compiler. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const COMPILER = 'assemblyscript@0.28.20'
const SOURCES = [
  'src-main/core/random/kernels/normals.assembly.ts',
  'src-main/core/visibility/kernels/flip.assembly.ts',
  'src-main/images/kernels/rows.assembly.ts',
]

const folder = mkdtempSync(join(tmpdir(), 'fixative-kernels-'))
try {
  for (const source of SOURCES) {
    const wasm = join(folder, 'kernel.wasm')
    const options = ['--enable', 'simd', '--runtime', 'stub', '--noAssert', '-O3', '--importMemory', '-o', wasm]
    execFileSync('npx', ['--yes', '--package', COMPILER, 'asc', source, ...options], { stdio: 'inherit' })
    const lines = readFileSync(wasm)
      .toString('base64')
      .matchAll(/.{1,110}/g)
    const text = Array.from(lines, ([line]) => `  '${line}'`).join(',\n')
    const head = `/** Compiled from ${basename(source)} by \`npm run kernels\`. */\n// prettier-ignore\n`
    writeFileSync(source.replace('.assembly.ts', '.wasm.ts'), `${head}export const WASM = [\n${text},\n].join('')\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
