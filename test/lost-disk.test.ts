/**
 * Disks that fill, folders that are unmounted and permissions that are taken away, for real, while the command line is
 * at work. One job meets them all, one after another, and in the end is as if nothing had happened. It halts for the
 * moment of the fault, so that each strikes where it should.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEnvelope } from '../src-main/core/certificate/dsse.js'
import { TEMPORARY } from '../src-main/storage/folders.js'
import { drawCollection, snapshot } from './support/collection.js'
import { fixative, type Outcome } from './support/fixative.js'

const sh = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'pipe', timeout: 20_000 })
const root = mkdtempSync(join(tmpdir(), 'fixative-lost-disk-'))
const isRoot = process.getuid?.() === 0
/** Root may open anything; a root without these capabilities is refused as others are. */
const AS_OTHERS = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] as const

/** Why a kind of fault cannot be made here; '' when it can. */
const missing = {
  mounts:
    isRoot && process.platform === 'linux'
      ? whyNot('sh', '-c', 'mount -t tmpfs tmpfs "$0" && umount "$0"', root)
      : 'needs root on Linux to mount disks',
  permissions:
    process.platform === 'win32' ? 'Windows has no such permissions' : isRoot ? whyNot(...AS_OTHERS, 'true') : '',
}

function whyNot(program: string, ...args: string[]): string {
  try {
    sh(program, ...args)
    return ''
  } catch {
    return `${program} ${args.join(' ')}: not allowed here`
  }
}

const at = (...names: string[]): string => join(root, ...names)
/** The output is a folder of `disk`; what is unmounted there and at `input` is kept behind it. */
const place = { input: at('in'), output: at('disk', 'out'), home: at('home') }
const behind = { input: at('kept-in'), disk: at('kept-disk') }
type Named = keyof typeof place

const bind = (from: string, to: string) => sh('mount', '--bind', from, to)
const small = (size: number, where: string) => sh('mount', '-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', where)
/** Like a disk that is pulled out, whoever uses it. */
const unmount = (where: string) => sh('umount', '-l', where)

/** Takes every byte that is free. */
const fill = (disk: string): void =>
  expect(() => {
    for (let i = 0; ; i++) writeFileSync(join(disk, `filler-${i}`), Buffer.alloc(16e6))
  }).toThrow('ENOSPC')

/** Then nobody can take away what a worker was just writing, until the job goes on. */
const OUT_OF_REACH = new Set(['output-gone', 'no-permission', 'not-writable', 'read-only'])

interface Fault {
  readonly name: string
  readonly needs: keyof typeof missing
  /** When it strikes: pictures or rounds that are done. */
  readonly when: readonly [stage: 'learn' | 'export', done: number]
  strike(): void
  /** Also looks at what it has left. */
  heal(): void
  readonly code: string
  /** Whether the job is also started again before it heals, which must end with the same code. */
  readonly staysAway?: boolean
  /** The place that the one sentence names, and how. */
  readonly says: readonly [Named, RegExp]
}

const full = (what: Named, when: Fault['when'], name: string, disk: string, size: number): Fault => ({
  name: `the disk of ${name} is full`,
  needs: 'mounts',
  when,
  strike: () => fill(disk),
  // What fills the disk stays.
  heal: () => sh('mount', '-o', `remount,size=${size}m`, disk),
  code: 'disk-full',
  says: [what, /no space left/],
})
const unmounted = (what: 'input' | 'output', when: Fault['when'], name: string): Fault => {
  const [kept, disk] = what === 'input' ? [behind.input, place.input] : [behind.disk, at('disk')]
  return {
    name,
    needs: 'mounts',
    when,
    strike: () => unmount(disk),
    staysAway: what === 'output',
    heal() {
      const bare = readdirSync(disk, { recursive: true })
      bind(kept, disk)
      expect(bare, 'written below the mount point').toEqual([])
    },
    code: `${what}-gone`,
    says: [what, /not there any more/],
  }
}
const forbidden = (what: Named, done: number, mode: string[], code: string, name: string): Fault => ({
  name,
  needs: 'permissions',
  when: ['export', done],
  strike: () => sh('chmod', ...mode, place[what]),
  heal: () => sh('chmod', '-R', 'u+rwX', place[what]),
  code,
  says: [what, /may not/],
})

/** Each strikes at least two pictures after the one before: one more may be done by then. */
const FAULTS: readonly Fault[] = [
  full('home', ['learn', 1], 'the data folder, while learning,', place.home, 112),
  unmounted('output', ['learn', 3], 'OUT is unmounted before anything is written'),
  full('output', ['export', 1], 'OUT', behind.disk, 8),
  full('home', ['export', 3], 'the data folder, while writing,', place.home, 168),
  unmounted('input', ['export', 5], 'IN is unmounted'),
  unmounted('output', ['export', 7], 'OUT is unmounted'),
  forbidden('output', 9, ['-R', 'a-w'], 'no-permission', 'OUT may not be written any more'),
  forbidden('output', 11, ['a-rwx'], 'not-writable', 'OUT may not be opened any more'),
  forbidden('input', 13, ['a-rwx'], 'input-unreadable', 'IN may not be read any more'),
  {
    name: 'OUT becomes read-only',
    needs: 'mounts',
    when: ['export', 15],
    // Refused while the worker has a file open, which it soon closes.
    strike: () => sh('sh', '-c', 'until mount -o remount,bind,ro "$0"; do sleep 0.05; done', at('disk')),
    heal: () => sh('mount', '-o', 'remount,bind,rw', at('disk')),
    code: 'read-only',
    says: ['output', /read-only/],
  },
]

const protect = ({ input, output, home } = place, more: Partial<Parameters<typeof fixative>[1]> = {}) =>
  fixative(
    [
      'protect',
      input,
      output,
      '--seed',
      '7',
      '--resolution',
      '32',
      '--draws',
      '10',
      '--runs',
      '0',
      '--workers',
      '1',
      '--json',
    ],
    {
      home,
      ...(isRoot && !missing.permissions ? { through: AS_OTHERS } : {}),
      ...more,
      env: { TEST_ROUNDS: '4', TEST_ROUND_STEPS: '1', ...more.env },
    },
  )

/** Runs the job into a fault, and repairs it. */
async function struckBy({ when: [stage, done], strike, heal, staysAway, code }: Fault): Promise<Outcome> {
  const text = `"stage":"${stage}","done":${done},`
  const file = at('struck')
  rmSync(file, { force: true })
  let failure: unknown
  const outcome = await protect(place, {
    env: { TEST_HALT_AT: text, TEST_HALT_UNTIL: file },
    onOutput(_, stdout) {
      if (existsSync(file) || !stdout.includes(text)) return
      try {
        strike()
      } catch (error) {
        failure = error
      }
      writeFileSync(file, '')
    },
  })
  expect(existsSync(file), outcome.stdout + outcome.stderr).toBe(true)
  expect(failure).toBeUndefined()
  if (staysAway) {
    const again = await protect()
    expect(again.code, again.stdout).toBe(1)
    expect(again.events().at(-1)).toMatchObject({ error: { code } })
  }
  heal()
  return outcome
}

const imagesOf = (output: string) =>
  Object.fromEntries(Object.entries(snapshot(output)).filter(([name]) => name.endsWith('.png')))

/** Hashes of the pictures, and all that the certificate says but for who signed it, and when. */
function workOf(output: string) {
  const { predicate, subject } = openEnvelope(readFileSync(join(output, 'fixative-certificate.json'))).statement
  const { collection, protection, certification } = predicate
  return { images: imagesOf(output), subject, collection, protection, certification }
}

describe.skipIf(missing.mounts && missing.permissions)('a job that one fault after another strikes', () => {
  let undisturbed: ReturnType<typeof workOf>
  let originals: Record<string, string>

  beforeAll(async () => {
    await drawCollection(at('samples'), { a: 10, b: 10 })
    originals = snapshot(at('samples'))
    const alone = { input: at('samples'), output: at('undisturbed'), home: at('another home') }
    const { code, stdout, stderr } = await protect(alone)
    expect(code, stdout + stderr).toBe(0)
    undisturbed = workOf(alone.output)
    expect(Object.keys(undisturbed.images)).toHaveLength(20)
    expect(undisturbed.certification?.protected.correct).toHaveLength(10)

    for (const folder of [place.input, place.home, at('disk'), behind.input, behind.disk]) mkdirSync(folder)
    if (!missing.mounts) {
      small(4, behind.disk)
      small(56, place.home)
      bind(behind.disk, at('disk'))
      bind(behind.input, place.input)
    }
    cpSync(at('samples'), place.input, { recursive: true })
  })
  afterAll(() => {
    const mounts = missing.mounts ? '' : readFileSync('/proc/mounts', 'utf8')
    for (const [, where] of mounts.matchAll(/^\S+ (\S+)/gm)) if (where!.startsWith(root)) unmount(where!)
    sh('chmod', '-R', 'u+rwX', root)
    rmSync(root, { recursive: true })
  })

  let last: Fault['when'] | undefined
  function goesOn(outcome: Outcome): void {
    if (!last) return
    const [stage, done] = last
    const events = outcome.events()
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'resumed' }))
    // A stage that was finished has nothing to tell.
    const first = events.find((event) => event.type === 'progress' && event['stage'] === stage) ?? { done }
    expect(first['done'], 'finished work is done again').toBeGreaterThanOrEqual(done)
  }

  for (const fault of FAULTS) {
    const reason = missing[fault.needs]
    it.skipIf(reason)(`${fault.name}${reason && ` (skipped: ${reason})`}`, async () => {
      const outcome = await struckBy(fault)
      const { code, stdout } = outcome
      goesOn(outcome)
      last = fault.when
      expect(code, stdout).toBe(1)
      const { error } = outcome.events().at(-1) as unknown as { error: Record<'code' | 'message' | 'hint', string> }
      expect(error, stdout).toMatchObject({ code: fault.code })
      const [what, words] = fault.says
      expect(error.message).toMatch(words)
      expect(error.message).toContain(place[what])
      expect(error.message).toMatch(/^[^\n]+\.$/)
      expect(error.hint).toMatch(/start the job again: it goes on/)
      expect(stdout).not.toContain('"skipped"')

      expect(snapshot(place.input)).toEqual(originals)
      if (!existsSync(place.output)) return
      const left = Object.keys(snapshot(place.output))
      if (!OUT_OF_REACH.has(fault.code)) expect(left.filter((name) => TEMPORARY.test(name))).toEqual([])
      expect(left).not.toContain('fixative-certificate.json')
      expect(undisturbed.images).toMatchObject(imagesOf(place.output))
    })
  }

  it('goes on each time, and ends as if nothing had happened', async () => {
    const outcome = await protect()
    expect(outcome.code, outcome.stdout).toBe(0)
    goesOn(outcome)
    expect(workOf(place.output)).toEqual(undisturbed)
    expect(Object.keys(snapshot(place.output))).toHaveLength(20 + 2)
    expect(snapshot(place.input)).toEqual(originals)
  })
})
