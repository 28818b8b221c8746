import { defineConfig } from '@playwright/test'
import type { Options } from './e2e/app.js'

export default defineConfig<Options>({
  testDir: 'e2e',
  globalSetup: './test/support/programs.ts',
  // Each test has an app of its own, and most of what a test does is done by one process after the other.
  fullyParallel: true,
  workers: 2,
  timeout: 600_000,
  // A busy machine is slow, not wrong.
  expect: { timeout: 20_000 },
  projects: [
    { name: 'browser', use: { host: 'browser' }, testIgnore: 'desktop*.spec.ts' },
    {
      name: 'desktop',
      use: { host: 'desktop' },
      // The stress test is the app's alone, and long.
      testIgnore: ['browser*.spec.ts', 'stress.spec.ts'],
      timeout: 1_800_000,
    },
  ],
  use: {
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      // scripts/test.ts finds or installs it.
      executablePath: process.env['FIXATIVE_CHROMIUM'] || '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
      ],
    },
  },
})
