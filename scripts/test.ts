/**
 * Every check, in one run: lint, types, build, unit and integration tests, and the specs of e2e/ in Chromium and in
 * Electron.
 * Ends with one line, "N passed, N failed, N skipped"; a failed lint, type check or build is one failure each.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JSONReport, JSONReportSuite, JSONReportTest } from '@playwright/test/reporter'
import type { JsonTestResults } from 'vitest/node'
import { type Chromium, findChromium } from './chromium.js'
import { type OpenedSession, openDesktopSession } from './desktop-session.js'
import type { Options } from '../e2e/app.js'
import { ROOT } from './programs.js'

process.chdir(ROOT)
const reports = mkdtempSync(join(tmpdir(), 'fixative-test-'))
const total = { passed: 0, failed: 0, skipped: [] as string[] }

/** Runs a program of node_modules/.bin through npm, showing what it prints. */
function run(name: string, command: string, env: NodeJS.ProcessEnv = {}): boolean {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(command, {
    stdio: 'inherit',
    shell: true,
    env: {
      ...process.env,
      PATH: `${join('node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
      ...env,
    },
  })
  return status === 0
}

function check(name: string, command: string): void {
  if (run(name, command)) return
  total.failed++
  console.log(`${name} failed`)
}

/** A runner's JSON report; null, and one failure, when it died before writing one. */
function readReport(name: string, file: string): unknown {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  total.failed++
  console.log(`${name} ended without a report`)
  return null
}

/** @param electron folder of one to pack the app with */
function unitTests(chromium: Chromium, electron: string | null): void {
  const file = join(reports, 'vitest.json')
  const ok = run(
    'unit and integration tests',
    `vitest run --coverage --reporter=default --reporter=json --outputFile.json="${file}"`,
    { FIXATIVE_CHROMIUM: chromium.path ?? '', FIXATIVE_ELECTRON_FOLDER: electron ?? '' },
  )
  const report = readReport('vitest', file) as JsonTestResults | null
  if (!report) return
  let failed = 0
  for (const suite of report.testResults) {
    const failures = suite.assertionResults.filter(({ status }) => status === 'failed').length
    // A file that could not even be loaded has no tests to count.
    failed += failures === 0 && suite.status === 'failed' ? 1 : failures
    for (const { status, fullName, meta } of suite.assertionResults) {
      if (status === 'passed') total.passed++
      else if (status !== 'failed') {
        // Told by the test itself, where its name does not.
        const { skipReason } = meta as { skipReason?: string }
        total.skipped.push(
          `${fullName}: ${skipReason ?? (status === 'todo' ? 'to do' : (/\(([^()]*)\)$/.exec(fullName)?.[1] ?? 'no reason given'))}`,
        )
      }
    }
  }
  // Errors outside any test (an unhandled rejection) fail the run without a failed test.
  total.failed += failed === 0 && !ok ? 1 : failed
}

/** All tests of a Playwright report, with their names spelt out. */
function playwrightTests(
  suites: readonly JSONReportSuite[],
  names: readonly string[] = [],
): { name: string; test: JSONReportTest }[] {
  return suites.flatMap((suite) => {
    const inside = [...names, suite.title]
    const specs = (suite.specs ?? []).flatMap((spec) =>
      spec.tests.map((test) => ({ name: [test.projectName, ...inside, spec.title].join(' › '), test })),
    )
    return [...specs, ...playwrightTests(suite.suites ?? [], inside)]
  })
}

/** What is listed only, with the reason why it is not run. */
function listSkipped(project: string, reason: string): void {
  const file = join(reports, `playwright-${project}-listed.json`)
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: file }
  run(`${project} tests (listed only)`, `playwright test e2e --project=${project} --list --reporter=json`, env)
  const report = readReport('playwright', file) as JSONReport | null
  if (report) total.skipped.push(...playwrightTests(report.suites).map(({ name }) => `${name}: ${reason}`))
}

/** The specs of e2e/ in one of their two hosts. */
function playwrightSpecs(project: Options['host'], env: NodeJS.ProcessEnv): void {
  const file = join(reports, `playwright-${project}.json`)
  const ok = run(`${project} tests`, `playwright test e2e --project=${project} --reporter=list,json`, {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    ...env,
  })
  const report = readReport('playwright', file) as JSONReport | null
  if (!report) return
  let failed = report.errors.length
  for (const { name, test } of playwrightTests(report.suites)) {
    if (test.status === 'expected' || test.status === 'flaky') total.passed++
    else if (test.status === 'skipped') {
      const why = test.annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description
      total.skipped.push(`${name}: ${why ?? 'no reason given'}`)
    } else failed++
  }
  total.failed += failed === 0 && !ok ? 1 : failed
}

let desktop: OpenedSession | undefined
try {
  check('lint', 'npm run --silent lint')
  check('types', 'npm run --silent typecheck')
  check('build', 'npm run --silent build')
  // Before the unit tests: the software graphics adapter of the WebGPU tests comes with it.
  const chromium = findChromium()
  // And of the tests of packages: Electron, and the programs of a display.
  desktop = await openDesktopSession()
  unitTests(chromium, desktop.session?.electron ?? null)
  if (chromium.path === undefined) listSkipped('browser', chromium.reason)
  else playwrightSpecs('browser', { FIXATIVE_CHROMIUM: chromium.path })
  if (desktop.session === undefined) listSkipped('desktop', desktop.reason)
  else playwrightSpecs('desktop', desktop.session.env)
} finally {
  desktop?.session?.close()
  rmSync(reports, { recursive: true, force: true })
}

if (total.skipped.length > 0) {
  console.log(`\nSkipped:\n${total.skipped.map((line) => `  ${line}`).join('\n')}`)
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`)
process.exitCode = total.failed > 0 ? 1 : 0
