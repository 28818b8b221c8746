import { existsSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'

/** Every program of the main side: its own file in out/main, ES modules, dependencies left in node_modules. */
const MAIN = {
  cli: 'src-main/cli/index.ts',
  worker: 'src-main/workers/entry.ts',
  host: 'src-main/host/index.ts',
  shell: 'src-main/shell/index.ts',
  library: 'src-main/library/index.ts',
}

/** Beside the code, what is bundled into it from other packages, with their licences. */
const license = { fileName: 'licenses.txt' }

const present = (inputs: Record<string, string>) =>
  Object.fromEntries(Object.entries(inputs).filter(([, file]) => existsSync(file)))

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      license,
      // Of its 150 files, which take each worker 150 ms to read, a few are used: they are bundled in, 26 kB.
      externalizeDeps: { exclude: ['culori'] },
      rolldownOptions: {
        input: present(MAIN),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload is one CommonJS file without imports: everything it needs is bundled in.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src-preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    build: {
      outDir: 'out/renderer',
      license,
      // One file each: nothing inlined, so that the page needs no script or style of its own (strict CSP).
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // A cold build takes seconds in Svelte's compiler; that is no warning.
      rolldownOptions: { input: 'src-renderer/index.html', checks: { bundlerTimings: false } },
    },
    plugins: [svelte({ configFile: false })],
  },
})
