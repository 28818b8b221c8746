import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyedRandom } from '../core/random/random.js'
import { groupByLook, LOOK_LENGTH, lookOf } from './groups.js'
import { isFlat, labelByCsv, labelByFolders } from './labels.js'

const inFolders = (...folders: string[]) => folders.map((folder) => ({ folder }))
const named = ({ classes, labels }: { classes: readonly string[]; labels: Int32Array }) =>
  [...labels].map((label) => classes[label] ?? null)

describe('labelByFolders', () => {
  it('takes the top-level folder, and what is nested belongs to it', () => {
    const result = labelByFolders(inFolders('dogs', 'cats', 'cats/old/best', 'dogs/x'))
    expect(result.classes).toEqual(['cats', 'dogs'])
    expect(named(result)).toEqual(['dogs', 'cats', 'cats', 'dogs'])
  })

  it('makes pictures beside the folders a class of their own, under a name that is free', () => {
    expect(named(labelByFolders(inFolders('cats', '')))).toEqual(['cats', '(top level)'])
    expect(new Set(named(labelByFolders(inFolders('(top level)', '')))).size).toBe(2)
  })

  it('passes over folders that only wrap the classes', () => {
    expect(named(labelByFolders(inFolders('all/set/a', 'all/set/b/c')))).toEqual(['a', 'b'])
    expect(named(labelByFolders(inFolders('cats', 'cats/best')))).toEqual(['cats', 'cats'])
    expect(named(labelByFolders(inFolders('x/only', 'x/only')))).toEqual(['only', 'only'])
  })

  it('knows a flat folder', () => {
    expect(isFlat(inFolders('', ''))).toBe(true)
    expect(isFlat([])).toBe(true)
    expect(isFlat(inFolders('', 'a'))).toBe(false)
    expect(labelByFolders([])).toEqual({ classes: [], labels: new Int32Array() })
  })
})

describe('labelByCsv', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fixative-csv-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const files = ['a.png', 'sub/b.png', 'c, d.png', 'é.png', 'spare.png'].map((path) => ({ path }))
  async function read(text: string | Buffer, of = files) {
    const csv = join(folder, 'labels.csv')
    await writeFile(csv, text)
    return labelByCsv(csv, of)
  }

  it('reads paths as any system writes them, quotes, accents in either form, and a header or none', async () => {
    const body = './a.png,cat\r\nsub\\b.png, dog ,ignored\r\n"c, d.png",cat\r\n\r\ne\u0301.png,dog\r\n'
    for (const text of [body, `\ufeffpath,label\r\n${body}`, `Filename,Class\r\n${body}`]) {
      const result = await read(text)
      expect(named(result)).toEqual(['cat', 'dog', 'cat', 'dog', null])
      expect(result.problems).toEqual([])
      expect(result.unlabelled).toEqual(['spare.png'])
    }
  })

  it('lists unknown paths, repetitions and missing labels with their lines', async () => {
    const result = await read('a.png,cat\nnone.png,cat\na.png,cat\na.png,dog\nsub/b.png\n')
    expect(result.problems.map(({ line, path }) => [line, path])).toEqual([
      [2, 'none.png'],
      [3, 'a.png'],
      [4, 'a.png'],
      [5, 'sub/b.png'],
    ])
    expect(named(result)[0]).toBe('cat')
    expect(result.problems[2]!.reason).toContain('"cat"')
  })

  it('takes a picture that is called like a header for a picture', async () => {
    const of = [{ path: 'a.png' }, { path: 'path' }]
    expect(named(await read('path,label\na.png,cat\n', of))).toEqual(['cat', 'label'])
  })

  it('says what is wrong with a file that is no use', async () => {
    await expect(labelByCsv(join(folder, 'missing.csv'), files)).rejects.toMatchObject({ code: 'csv-unreadable' })
    await expect(read('x.png,cat\n')).rejects.toMatchObject({ code: 'csv-no-match' })
    await expect(read('')).rejects.toMatchObject({ code: 'csv-no-match' })
    await expect(read('"a.png,cat\n')).rejects.toMatchObject({ code: 'csv-invalid' })
    await expect(read(Buffer.from([0xff, 0xfe, 0x61]))).rejects.toMatchObject({ code: 'csv-unreadable' })
  })
})

describe('groupByLook', () => {
  const S = 8
  /** Looks of noisy pictures of one colour, the classes interleaved. */
  function images(count: number, colours: readonly (readonly number[])[], spread = 20): Float32Array {
    const random = keyedRandom('test', 'pictures')
    const looks = new Float32Array(count * LOOK_LENGTH)
    for (let i = 0; i < count; i++) {
      const colour = colours[i % colours.length]!
      const pixels = Uint8Array.from(
        { length: 3 * S * S },
        (_, at) => colour[Math.floor(at / (S * S))]! + Math.floor(spread * random.uniform()),
      )
      looks.set(lookOf(pixels, S), i * LOOK_LENGTH)
    }
    return looks
  }
  const three = [
    [200, 10, 10],
    [10, 200, 10],
    [10, 10, 200],
  ]

  it.each([48, 1000])('finds the groups that are there, in %i pictures', (count) => {
    const { classes, labels } = groupByLook(images(count, three), { seed: '1' })
    expect(classes).toEqual(['group 1', 'group 2', 'group 3'])
    for (let i = 0; i < count; i++) expect(labels[i]).toBe(labels[i % 3])
    expect(new Set(labels).size).toBe(3)
  })

  it('depends on nothing but pictures and seed', () => {
    const data = images(64, [[100, 100, 100]], 120)
    const first = groupByLook(data, { seed: '7' })
    expect(groupByLook(data.slice(), { seed: '7' })).toEqual(first)
    const sizes = first.classes.map((_, g) => first.labels.filter((l) => l === g).length)
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
    expect(Math.min(...sizes)).toBeGreaterThan(0)
    expect(sizes.length).toBeLessThanOrEqual(8)
  })

  it('is one group for few, equal or no pictures', () => {
    expect(groupByLook(images(15, three), { seed: '1' }).classes).toEqual(['group 1'])
    expect(groupByLook(new Float32Array(40 * LOOK_LENGTH), { seed: '1' }).classes).toEqual(['group 1'])
    expect(groupByLook(new Float32Array(), { seed: '1' })).toEqual({ classes: [], labels: new Int32Array() })
    expect(() => groupByLook(new Float32Array(5), { seed: '1' })).toThrow(RangeError)
  })
})
