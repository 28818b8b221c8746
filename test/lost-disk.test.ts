/** Real faults of a disk, on a real process, in the midst of a job; then the disk is back, and the job goes on. */
import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drawCollection } from '../scripts/sample-collection.js'
import { fixative, snapshot, type Outcome } from './fixative.js'

const mount = (...args: string[]): unknown => execFileSync('mount', args, { stdio: 'ignore' })
const unmount = (...args: string[]): unknown => execFileSync('umount', args, { stdio: 'ignore' })

let root: string
let samples: string
/** What an undisturbed job of the same seed writes: its pictures and their hashes, by path below the output. */
let undisturbed: Record<string, string>
/** The places of a job: any of them can be on a disk of its own. */
let work: { root: string; input: string; output: string; home: string }
let mounted: string[]

/** Mounting is not allowed everywhere, not even to root. */
const reason = ((): string | null => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux, to mount a disk'
  try {
    mount('-t', 'tmpfs', 'tmpfs', '/mnt')
    unmount('/mnt')
    return null
  } catch {
    return 'mounting is not allowed here'
  }
})()

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fixative-lost-disk-'))
  samples = join(root, 'samples')
  await drawCollection(samples, { perClass: 3, classes: 2, smallest: 40, largest: 60 })
  if (reason !== null) return
  const output = join(root, 'undisturbed')
  const result = await fixative(args(samples, output), { home: join(root, 'home'), env })
  expect(result.code, result.stdout).toBe(0)
  undisturbed = await picturesIn(output)
  expect(Object.keys(undisturbed)).toHaveLength(6)
})
afterAll(() => rm(root, { recursive: true, force: true }))

beforeEach(() => {
  const at = (name: string): string => join(root, 'work', name)
  work = { root: at('.'), input: at('in'), output: at('disk/out'), home: at('home') }
  mounted = []
})
afterEach(async () => {
  for (const place of mounted) if (isMounted(place)) unmount('-l', place)
  await rm(join(root, 'work'), { recursive: true, force: true })
})

/** Enough rounds that learning is still going on when the fault strikes. */
const env = { TEST_ROUNDS: '4' }
const args = (input: string, output: string): string[] => [
  'protect',
  input,
  output,
  '--no-certify',
  '--workers',
  '1',
  '--seed',
  '7',
  '--json',
]

async function picturesIn(output: string): Promise<Record<string, string>> {
  const files = Object.entries(await snapshot(output)).map(([path, hash]) => [path.slice(output.length + 1), hash])
  return Object.fromEntries(files.filter(([path]) => /\.(png|jpg)$/.test(path!))) as Record<string, string>
}

function isMounted(place: string): boolean {
  try {
    execFileSync('mountpoint', ['-q', place])
    return true
  } catch {
    return false
  }
}

/** Runs the job of `work`; `strike` is called once, in the midst of learning. */
async function run(strike?: () => void): Promise<Outcome> {
  let struck = false
  const result = await fixative(args(work.input, work.output), {
    home: work.home,
    env,
    onOutput: (_, stdout) => {
      if (struck || !strike || !stdout.includes('"stage":"learn","done":1,')) return
      struck = true
      strike()
    },
  })
  if (strike) expect(struck, result.stdout).toBe(true)
  return result
}

interface Fault {
  readonly name: string
  /** Mounts the disk; the collection is copied to `work.input` afterwards. */
  readonly arrange: () => Promise<void> | void
  readonly strike: () => void
  readonly mend: () => Promise<void> | void
  readonly code: string
  readonly says: () => string
}

/** A folder seen through a mount, which keeps what is in it while it is unmounted. */
async function behind(place: string): Promise<void> {
  await mkdir(`${place}-disk`, { recursive: true })
  await mkdir(place, { recursive: true })
  bind(place)
}
function bind(place: string): void {
  mount('--bind', `${place}-disk`, place)
  mounted.push(place)
}

async function small(place: string, size: string): Promise<void> {
  await mkdir(place, { recursive: true })
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place)
  mounted.push(place)
}
const filler = (place: string): string => join(place, 'filler')
/** Leaves not one block. */
function fill(place: string): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${filler(place)}`, 'bs=4k'], { stdio: 'ignore' })
  } catch {
    // That is how dd says that the disk is full.
  }
}

const disk = (): string => join(work.root, 'disk')
const faults: Fault[] = [
  {
    name: 'the disk of the output is full',
    arrange: () => small(disk(), '4m'),
    strike: () => fill(disk()),
    mend: () => rm(filler(disk())),
    code: 'disk-full',
    says: () => work.output,
  },
  {
    name: 'the disk of the app’s own data is full',
    arrange: () => small(work.home, '64m'),
    strike: () => fill(work.home),
    mend: () => rm(filler(work.home)),
    code: 'disk-full',
    says: () => work.home,
  },
  {
    name: 'the disk of the originals is taken away',
    arrange: () => behind(work.input),
    strike: () => unmount('-l', work.input),
    mend: () => bind(work.input),
    code: 'input-gone',
    says: () => work.input,
  },
]

describe('in the midst of a job', () => {
  it
    .skipIf(reason !== null)
    .each(faults.map((fault) => [`${fault.name}${reason ? ` (${reason})` : ''}`, fault] as const))(
    '%s',
    async (_, { arrange, strike, mend, code, says }) => {
      await mkdir(work.root, { recursive: true })
      await arrange()
      await cp(samples, work.input, { recursive: true })
      const before = await snapshot(work.input)

      const stopped = await run(strike)
      expect(stopped.code, stopped.stdout).toBe(1)
      const { error } = stopped.events().at(-1) as unknown as { error: { code: string; message: string; hint: string } }
      expect(error).toMatchObject({ code, message: expect.stringContaining(says()) as string })
      expect(error.hint).toMatch(/^\S.*\.$/)
      // Nor anything at the place where the disk was.
      const left = await readdir(work.output, { recursive: true }).catch(() => [])
      expect(left.filter((name) => /\.(png|jpg|tmp|json|html)$/.test(name))).toEqual([])

      await mend()
      expect(await snapshot(work.input)).toEqual(before)
      const finished = await run()
      expect(finished.code, finished.stdout).toBe(0)
      // It went on, instead of learning anew.
      expect(finished.stdout).not.toContain('"stage":"learn","done":0,')
      expect(await picturesIn(work.output)).toEqual(undisturbed)
      expect((await fixative(['verify', work.output], { home: work.home })).code).toBe(0)
      expect(await snapshot(work.input)).toEqual(before)
    },
  )
})
