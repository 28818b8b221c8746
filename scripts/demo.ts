/** The main job on drawn sample pictures: protect, certify, verify. Everything goes into one temporary folder. */
import { CERTIFICATE_NAME, REPORT_NAME } from '../src-main/core/file-names.js'
import { type StdioOptions, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FIXATIVE } from './programs.js'
import { drawCollection } from './sample-collection.js'

const folder = mkdtempSync(join(tmpdir(), 'fixative-demo-'))
const [input, output] = [join(folder, 'pictures'), join(folder, 'pictures-protected')] as const
// The demo keeps its key and its secrets to itself, apart from your own.
const env = { ...process.env, FIXATIVE_HOME: join(folder, 'data') }

/** Runs a command. @returns what it prints, where that is not shown */
function fixative(args: readonly string[], stdio: StdioOptions): string {
  const result = spawnSync(process.execPath, [FIXATIVE, ...args], { stdio, env, encoding: 'utf8' })
  if (result.status !== 0) {
    console.error(`The demo stopped: "fixative ${args[0]}" ended with exit code ${result.status}.`)
    process.exit(result.status ?? 1)
  }
  return result.stdout
}

console.log(`Drawing sample pictures into ${input} …`)
await drawCollection(input, { largest: 300, perClass: 60 })

// Half the usual draws, no classifiers trained from scratch, small pictures: a demo should be over in a few minutes.
console.log(`\n$ fixative protect ${input} ${output} --draws 500 --runs 0`)
fixative(['protect', input, output, '--draws', '500', '--runs', '0'], 'inherit')

console.log(`\n$ fixative verify ${output}`)
fixative(['verify', output], 'inherit')

/** A line of `--json`, as far as it is needed here. */
interface Event {
  readonly type: string
  readonly result?: { readonly headline: string; readonly explanation: string }
}
const events = fixative(['verify', '--json', output], ['ignore', 'pipe', 'inherit'])
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Event)
const { result } = events.find(({ type }) => type === 'result') as Required<Event>
console.log(`
${result.headline}
${result.explanation}

  originals     ${input}
  protected     ${output}
  certificate   ${join(output, CERTIFICATE_NAME)}
  report        ${join(output, REPORT_NAME)}`)
