import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { collectionSchema, type Collection } from '../../../src-shared/contract/index.js'
import { labelByCsv } from '../../images/labels.js'
import { createPool, type Pool } from '../../workers/pool.js'
import { nodeTransport } from '../../workers/transport.js'
import { ImageStore } from '../images.js'
import { writeLabels } from '../labels-file.js'
import { CollectionRegistry } from './registry.js'

let root: string
let pool: Pool
let images: ImageStore
let registry: CollectionRegistry
let events: Collection[]

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fixative-collection-'))
  pool = createPool({ transport: nodeTransport(new URL('../../workers/entry.ts', import.meta.url)), size: 2 })
})
afterAll(async () => {
  await pool.close()
  await rm(root, { recursive: true })
})
beforeEach(() => {
  events = []
  images = new ImageStore()
  const emit = (_name: string, payload: unknown): void => void events.push(payload as Collection)
  registry = new CollectionRegistry({
    pool,
    images,
    emit,
    outputFolder: () => null,
    protectedHashes: async () => new Set(),
  })
})
afterEach(() => registry.closeAll())

/** A picture of one colour with a little texture, so that no two have the same bytes. */
async function draw(file: string, [r, g, b]: [number, number, number], texture: number): Promise<void> {
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => [r, g, b][i % 3]! + ((i * texture) % 13))
  await sharp(data, { raw: { width: 40, height: 30, channels: 3 } })
    .png()
    .toFile(file)
}

async function classes(name: string, count: number): Promise<string> {
  const folder = join(root, name)
  for (const [label, colour] of [
    ['cats', [200, 30, 30]],
    ['dogs', [20, 30, 200]],
  ] as const) {
    await mkdir(join(folder, label), { recursive: true })
    for (let i = 0; i < count; i++) await draw(join(folder, label, `${i}.png`), [...colour], i + 1)
  }
  return folder
}

async function ready(id: string): Promise<Collection> {
  await expect.poll(() => registry.get(id).state, { timeout: 120_000 }).toMatch(/ready|failed/)
  return registry.get(id)
}

describe('CollectionRegistry', () => {
  it('finds classes, problems and duplicates, and goes on past broken files', async () => {
    const folder = await classes('mixed', 8)
    await copyFile(join(folder, 'cats', '1.png'), join(folder, 'cats', 'copy.png'))
    await writeFile(join(folder, 'dogs', 'text.png'), 'no picture')
    const png = await sharp(join(folder, 'cats', '2.png')).toBuffer()
    await writeFile(join(folder, 'dogs', 'cut.png'), png.subarray(0, png.length - 60))
    const first = registry.inspect(folder, 'default')
    expect(first).toMatchObject({ state: 'listing', name: 'mixed', output: `${folder}-protected` })
    const found = await ready(first.id)
    expect(found).toMatchObject({ state: 'ready', images: 16, labelSource: 'folders', notCertifiable: null })
    expect(found.classes.map(({ name, count, samples }) => [name, count, samples.length])).toEqual([
      ['cats', 8, 4],
      ['dogs', 8, 4],
    ])
    expect(found.duplicates).toEqual([{ path: 'cats/copy.png', sameAs: 'cats/1.png' }])
    expect(found.problems.map(({ path }) => path).sort()).toEqual(['dogs/cut.png', 'dogs/text.png'])
    expect(found.megapixels).toBeCloseTo((16 * 40 * 30) / 1e6)
    for (const event of events) collectionSchema.parse(event)
    expect(registry.labelling(first.id, 64)).toBeNull()
  })

  it('pages the pictures, of all classes or one, and serves each by an opaque id', async () => {
    const { id } = await ready(registry.inspect(await classes('paged', 8), 'default').id)
    const page = registry.items(id, 6, 4, null)
    expect(page.total).toBe(16)
    expect(page.items.map(({ path }) => path)).toEqual(['cats/6.png', 'cats/7.png', 'dogs/0.png', 'dogs/1.png'])
    expect(page.items[0]).toMatchObject({ class: 0, width: 40, height: 30 })
    expect(registry.items(id, 0, 500, 1).items.every((item) => item.class === 1)).toBe(true)
    expect(registry.items(id, 100, 10, null).items).toEqual([])
    const image = await images.read(page.items[0]!.image)
    expect((await sharp(image!.bytes).metadata()).width).toBe(40)
    registry.close(id)
    expect(await images.read(page.items[0]!.image)).toBeNull()
    expect(() => registry.get(id)).toThrow(/not open any more/)
  })

  it('groups a flat folder by look, and lets the groups be edited; the labels file says the same', async () => {
    const folder = join(root, 'flat')
    await mkdir(folder)
    for (let i = 0; i < 9; i++) {
      await draw(join(folder, `a "${i}", b.png`), [220, 40, 40], i + 1)
      await draw(join(folder, `z${i}.png`), [20, 40, 220], i + 1)
    }
    const { id, ...found } = await ready(registry.inspect(folder, 'default').id)
    expect(found).toMatchObject({ state: 'ready', labelSource: 'auto' })
    expect(found.classes.map(({ count }) => count)).toEqual([9, 9])
    // A job of this resolution groups alike by itself; one of another gets the groups that are shown.
    expect(registry.labelling(id, 32)).toBeNull()
    expect(registry.labelling(id, 64)).toHaveLength(18)
    const [first, second] = found.classes
    const renamed = await registry.relabel(id, { kind: 'rename', class: 0, name: 'red' })
    expect(renamed.classes.map(({ name }) => name)).toEqual([second!.name, 'red'])
    await expect(registry.relabel(id, { kind: 'rename', class: 1, name: second!.name })).rejects.toMatchObject({
      code: 'class-exists',
    })
    await expect(registry.relabel(id, { kind: 'merge', class: 7, into: 0 })).rejects.toMatchObject({
      code: 'class-unknown',
    })
    await expect(registry.relabel(id, { kind: 'move', items: [99], to: 'x' })).rejects.toMatchObject({
      code: 'item-unknown',
    })
    const moved = await registry.relabel(id, { kind: 'move', items: [0, 1], to: 'new' })
    expect(moved.classes.reduce((sum, { count }) => sum + count, 0)).toBe(18)
    expect(moved.notCertifiable).toMatch(/at least 8/)

    const labels = registry.labelling(id, 32)!
    const file = await writeLabels(root, labels)
    const files = labels.map(({ path }) => ({ path }))
    const read = await labelByCsv(file, files)
    expect(read.problems).toEqual([])
    expect(labels.map((_, i) => read.classes[read.labels[i]!])).toEqual(labels.map(({ label }) => label))

    const merged = await registry.relabel(id, { kind: 'merge', class: 0, into: 1 })
    expect(merged.classes).toHaveLength(2)
    const three = await registry.relabel(id, { kind: 'regroup', groups: 3 })
    expect(three.classes).toHaveLength(3)
    const again = await registry.relabel(id, { kind: 'regroup', groups: null })
    expect(again.classes.map(({ name }) => name)).toEqual([first!.name, second!.name])
  })

  it('says why it cannot: no folder, no pictures, too few for a certificate', async () => {
    const missing = await ready(registry.inspect(join(root, 'nowhere'), 'default').id)
    expect(missing).toMatchObject({ state: 'failed', error: { code: 'folder-missing' } })
    await expect(registry.relabel(missing.id, { kind: 'merge', class: 0, into: 1 })).rejects.toMatchObject({
      code: 'folder-missing',
    })
    await mkdir(join(root, 'empty'))
    const empty = await ready(registry.inspect(join(root, 'empty'), 'default').id)
    expect(empty).toMatchObject({ state: 'ready', images: 0 })
    expect(() => registry.labelling(empty.id, 32)).toThrow(/no picture/)
    const few = await ready(registry.inspect(await classes('few', 3), 'default').id)
    expect(few.notCertifiable).toMatch(/at least 8/)
  })

  it('stops looking when it is closed', async () => {
    const { id } = registry.inspect(await classes('closed', 8), 'default')
    registry.close(id)
    const before = events.length
    await registry.closeAll()
    expect(events.length).toBe(before)
  })
})
