import { execFileSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drawCollection } from '../scripts/sample-collection.js'
import { fixative, snapshot, type Outcome } from './support/fixative.js'

let root: string
let samples: string
/** A fresh copy of the samples (two classes of three small pictures) for each test. */
let input: string
let output: string
let before: Record<string, string>

const isRoot = process.getuid?.() === 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fixative-bad-input-'))
  samples = join(root, 'samples')
  await drawCollection(samples, { perClass: 3, classes: 2, smallest: 40, largest: 60 })
})
afterAll(() => rm(root, { recursive: true, force: true }))

beforeEach(async () => {
  input = join(root, 'work', 'in')
  output = join(root, 'work', 'out')
  await cp(samples, input, { recursive: true })
  before = {}
})
afterEach(() => rm(join(root, 'work'), { recursive: true, force: true }))

/** Six pictures are too few for a certificate, so that a job here is nothing but reading, learning and writing. */
async function protect(...args: string[]): Promise<Outcome> {
  before = await snapshot(input).catch(() => ({}))
  return fixative(['protect', '--no-certify', '--workers', '1', ...args], {
    home: join(root, 'home'),
    cwd: join(root, 'work'),
  })
}

/** One sentence that says what is wrong, one that says what to do, and no stack. */
function expectSentence({ stderr }: Outcome, ...parts: (string | RegExp)[]): void {
  const lines = stderr.trimEnd().split('\n')
  const at = lines.findIndex((line) => line.startsWith('fixative: '))
  expect(lines.slice(at), stderr).toHaveLength(2)
  expect(lines[at]).toMatch(/^fixative: \S.*[.!?]$/)
  expect(lines[at + 1]).toMatch(/^ {2}\S.*[.!?]$/)
  for (const part of parts) expect(lines[at]).toMatch(part)
  expect(stderr).not.toMatch(/\n\s+at |Error:/)
}

const untouched = async () => expect(await snapshot(input).catch(() => ({}))).toEqual(before)
/** Nothing of the job, half-written or whole, is at the place of the output. */
const absent = async () => expect(await readdir(output).catch(() => null)).toBeNull()

describe('a job that cannot start says why and leaves nothing', () => {
  it.each<[name: string, code: number, arrange: () => Promise<string[]>, says: RegExp]>([
    ['a missing folder', 2, async () => [join(root, 'work', 'nowhere'), output], /nowhere/],
    ['a file instead of a folder', 2, async () => [join(input, (await images())[0]!), output], /not a folder/],
    [
      'an empty folder',
      1,
      async () => {
        await rm(input, { recursive: true })
        await mkdir(input)
        return [input, output]
      },
      /no pictures?/i,
    ],
    ['OUT inside IN', 2, async () => [input, join(input, 'protected')], /inside/],
    [
      'OUT inside IN through a link',
      2,
      async () => {
        await symlink(input, join(root, 'work', 'link'))
        return [input, join(root, 'work', 'link', 'protected')]
      },
      /inside/,
    ],
    ['IN inside OUT', 2, async () => [input, join(root, 'work')], /inside/],
    ['OUT that is IN', 2, async () => [input, join(input, '.')], /originals/],
    [
      'OUT that is a file',
      2,
      async () => {
        await writeFile(output, 'mine')
        return [input, output]
      },
      /not a folder/,
    ],
    [
      'a non-empty OUT of somebody else',
      2,
      async () => {
        await mkdir(output)
        await writeFile(join(output, 'letter.txt'), 'mine')
        return [input, output]
      },
      /letter\.txt/,
    ],
    ['a missing label file', 2, async () => [input, output, '--labels', join(root, 'none.csv')], /none\.csv/],
  ])('%s', async (_, code, arrange, says) => {
    const args = await arrange()
    const there = await snapshot(join(root, 'work'))
    const result = await protect(...args)
    expect(result.code, result.stderr).toBe(code)
    expectSentence(result, says)
    expect(result.stdout).toBe('')
    expect(await snapshot(join(root, 'work'))).toEqual(there)
  })

  it('an unknown option, and with --json as an event', async () => {
    const result = await protect(input, output, '--strenght', 'subtle')
    expect(result.code).toBe(2)
    expectSentence(result, /--strenght/)
    const json = await protect(input, output, '--visibility', '8', '--json')
    expect(json.code).toBe(2)
    expect(json.stderr).toBe('')
    expect(json.events()).toMatchObject([{ type: 'error', error: { code: 'wrong-usage' } }])
    await absent()
  })
})

async function images(): Promise<string[]> {
  const names = await readdir(input, { recursive: true })
  return names.filter((name) => /\.(png|jpg)$/.test(name)).sort()
}

describe('a bad file is left out by name, and the rest is protected', () => {
  it('unreadable, truncated, mislabelled, empty and tiny files, a link loop, and odd names', async () => {
    const classFolder = join(input, (await readdir(input))[0]!)
    const good = await readFile(
      join(
        input,
        (await images()).find((name) => name.endsWith('.jpg'))!,
      ),
    )
    await writeFile(join(classFolder, 'truncated.jpg'), good.subarray(0, Math.floor(good.length / 2)))
    await writeFile(join(classFolder, 'text.png'), 'This is no picture.\n')
    await writeFile(join(classFolder, 'empty.png'), '')
    await sharp({ create: { width: 1, height: 1, channels: 3, background: '#abc' } })
      .png()
      .toFile(join(classFolder, 'one.png'))
    await symlink(input, join(classFolder, 'loop'))
    const image = (hue: number) =>
      sharp({ create: { width: 48, height: 40, channels: 3, background: `hsl(${hue}, 60%, 50%)` } })
        .png()
        .toBuffer()
    const odd = ['with space.png', '😀 été.png', '-dash.png', "it's; $(x).png"]
    for (const [i, name] of odd.entries()) await writeFile(join(classFolder, name), await image(i * 50))
    if (!isRoot) {
      await writeFile(join(classFolder, 'secret.png'), await image(300))
      await chmod(join(classFolder, 'secret.png'), 0)
    }

    const result = await fixative(['protect', input, output, '--no-certify', '--workers', '1', '--json'], {
      home: join(root, 'home'),
    })
    expect(result.code, result.stdout).toBe(0)
    const events = result.events()
    const skipped = new Map(events.filter(({ type }) => type === 'skipped').map((e) => [e['path'], e['reason']]))
    const inClass = (name: string) => `${classFolder.slice(input.length + 1)}/${name}`
    for (const name of ['truncated.jpg', 'text.png', 'empty.png', ...(isRoot ? [] : ['secret.png'])]) {
      expect(skipped.get(inClass(name)), name).toMatch(/\S/)
    }
    const written = await readdir(output, { recursive: true })
    for (const name of odd) expect(written).toContain(inClass(name))
    for (const name of ['truncated.jpg', 'text.png', 'empty.png']) expect(written).not.toContain(inClass(name))
    expect(written.filter((name) => /tmp|\.fixative/.test(name))).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'result' })
    expect((await fixative(['verify', output], { home: join(root, 'home') })).code).toBe(0)
  })

  it.skipIf(isRoot)('a file without read permission (skipped for root, who may read everything)', async () => {
    const [name] = await images()
    await chmod(join(input, name!), 0)
    const result = await protect(input, output)
    await chmod(join(input, name!), 0o600)
    expect(result.code).toBe(0)
    expect(result.stderr).toContain(name)
  })

  it('a picture 30,000 pixels wide', async () => {
    const [kind] = await readdir(input)
    const wide = join(input, kind!, 'wide.png')
    await sharp({ create: { width: 30_000, height: 4, channels: 3, background: '#468' } })
      .png()
      .toFile(wide)
    const result = await protect(input, output)
    expect(result.code, result.stderr).toBe(0)
    expect((await sharp(join(output, kind!, 'wide.png')).metadata()).width).toBe(30_000)
    await untouched()
  })

  it('a folder whose name starts with a dash', async () => {
    await cp(samples, join(root, 'work', '-art'), { recursive: true })
    const refused = await protect('-art')
    expect(refused.code).toBe(2)
    expectSentence(refused, /-art/)
    expect(refused.stderr).toContain('`--`')
    const result = await protect('--', '-art')
    expect(result.code, result.stderr).toBe(0)
    expect(await readdir(join(root, 'work', '-art-protected'))).toContain('fixative-certificate.json')
  })
})

describe('the disk', () => {
  const reason = isRoot && process.platform === 'linux' ? null : 'needs root to mount a small disk'
  it.skipIf(reason !== null)(`no space left${reason ? ` (${reason})` : ''}`, async (context) => {
    const disk = join(root, 'work', 'disk')
    await mkdir(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      Object.assign(context.task.meta, { skipReason: 'mounting is not allowed here' })
      context.skip()
    }
    try {
      const big = await sharp({
        create: {
          width: 400,
          height: 400,
          channels: 3,
          background: '#888',
          noise: { type: 'gaussian', mean: 128, sigma: 50 },
        },
      })
        .png()
        .toBuffer()
      const [kind] = await readdir(input)
      await writeFile(join(input, kind!, 'big.png'), big)
      const result = await protect(input, join(disk, 'out'))
      expect(result.code, result.stderr).toBe(1)
      expectSentence(result, /space/)
      expect(await readdir(disk, { recursive: true })).toEqual([])
      await untouched()
    } finally {
      execFileSync('umount', [disk])
    }
  })
})

describe('cancelling', () => {
  it('SIGINT stops the job, leaves no file, and ends with exit code 4', async () => {
    let sent = false
    before = await snapshot(input)
    const result = await fixative(['protect', input, output, '--no-certify', '--workers', '1', '--json'], {
      home: join(root, 'home'),
      env: { TEST_ROUNDS: '10000' },
      onOutput: (child, stdout) => {
        if (sent || !stdout.includes('"stage":"learn"')) return
        sent = true
        child.kill('SIGINT')
      },
    })
    expect(sent).toBe(true)
    expect(result.code, result.stderr).toBe(4)
    expect(result.events().at(-1)).toMatchObject({ type: 'error', error: { code: 'cancelled' } })
    await absent()
    await untouched()
  })
})
