/** The programs that tests start, each as one file: through tsx they would be compiled at each of many starts. */
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../', import.meta.url)
const FOLDER = new URL('node_modules/.cache/test/', ROOT)

const SOURCES = {
  worker: 'src-main/workers/entry.ts',
  fixative: 'test/support/fixative-entry.ts',
  job: 'test/support/job.ts',
  host: 'test/host/program.ts',
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
}
