/** The programs that tests start, each as one file: through tsx they would be compiled at each of many starts. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import packageJson from '../../package.json' with { type: 'json' }

const ROOT = new URL('../../', import.meta.url)
/** Relative to the project. */
export const PROGRAMS = 'node_modules/.cache/test'
const FOLDER = new URL(`${PROGRAMS}/`, ROOT)

const SOURCES = {
  worker: 'src-main/workers/entry.ts',
  fixative: 'test/support/fixative-entry.ts',
  job: 'test/support/job.ts',
  host: 'test/host/program.ts',
  desktop: 'test/desktop/program.ts',
}

export const programUrl = (name: keyof typeof SOURCES): URL => new URL(`${name}.js`, FOLDER)
export const programFile = (name: keyof typeof SOURCES): string => fileURLToPath(programUrl(name))

/** The runners call it before all tests. */
export default async function buildPrograms(): Promise<void> {
  // Here, because the modules of the tests need no bundler.
  const { build } = await import('vite')
  await build({
    root: fileURLToPath(ROOT),
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir: fileURLToPath(FOLDER),
      // The other runner may be starting programs at the same time.
      emptyOutDir: false,
      target: 'node20',
      reportCompressedSize: false,
      rollupOptions: { input: SOURCES },
    },
  })
  // The folder is an app as well, which Electron can open.
  const { name, version } = packageJson
  const about = { name, productName: 'Fixative', version, type: 'module', main: 'desktop.js' }
  await writeFile(new URL('package.json', FOLDER), JSON.stringify(about))
}
