/** Compiles the row kernels (AssemblyScript) into a module that needs no file beside it. Fetches the compiler. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const COMPILER = 'assemblyscript@0.28.20'
const SOURCE = 'src-main/images/kernels/rows.assembly.ts'
const TARGET = 'src-main/images/kernels/rows.wasm.ts'

const folder = mkdtempSync(join(tmpdir(), 'fixative-kernels-'))
try {
  const wasm = join(folder, 'rows.wasm')
  const options = ['--enable', 'simd', '--runtime', 'stub', '--noAssert', '-O3', '--importMemory', '-o', wasm]
  execFileSync('npx', ['--yes', '--package', COMPILER, 'asc', SOURCE, ...options], { stdio: 'inherit' })
  const lines = readFileSync(wasm)
    .toString('base64')
    .match(/.{1,110}/g)
  const text = lines.map((line) => `  '${line}'`).join(',\n')
  const head = `/** Compiled from rows.assembly.ts by \`npm run kernels\`. */\n// prettier-ignore\n`
  writeFileSync(TARGET, `${head}export const WASM = [\n${text},\n].join('')\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
