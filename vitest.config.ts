import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Electron itself is not there in plain Node; electron-store must see the same stand-in, so it is not left to Node.
  resolve: { alias: { electron: fileURLToPath(new URL('test/support/fakes/electron.ts', import.meta.url)) } },
  test: {
    globalSetup: 'test/support/programs.ts',
    // TensorFlow.js's gradients come as modules that Node itself cannot resolve.
    server: { deps: { inline: ['electron-store', /@tensorflow\/tfjs-(core|backend-cpu)/] } },
    include: ['src-main/**/*.test.ts', 'src-shared/**/*.test.ts', 'src-renderer/**/*.test.ts', 'test/**/*.test.ts'],
    // What runs in processes of its own (workers, hosts, the command line) is not counted.
    coverage: {
      provider: 'v8',
      include: ['src-main/**/*.ts', 'src-shared/**/*.ts', 'src-renderer/lib/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.assembly.ts', '**/onnx_pb.ts'],
      reporter: ['text-summary'],
      reportsDirectory: 'node_modules/.cache/coverage',
    },
    // Most of these files wait for processes of their own: one more at a time than cores are left over.
    maxWorkers: '100%',
    // A busy machine is slow, not wrong.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
