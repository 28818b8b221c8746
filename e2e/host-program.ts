/** The host of the specs as one file: started through tsx, it would be compiled anew at each of its many starts. */
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDER = fileURLToPath(new URL('../node_modules/.cache/e2e/', import.meta.url))

export const HOST_PROGRAM = `${FOLDER}program.js`

/** Playwright calls it before all specs. */
export default async function buildHostProgram(): Promise<void> {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    build: { ssr: 'test/host/program.ts', outDir: FOLDER, target: 'node20', reportCompressedSize: false },
  })
}
