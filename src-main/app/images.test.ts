import { describe, expect, it } from 'vitest'
import { ImageStore, type ServedImage } from './images.js'

const image = (size: number): ServedImage => ({ bytes: new Uint8Array(size), mime: 'image/png' })

describe('ImageStore', () => {
  it('gives the same id for the same picture, and ids that cannot be guessed', async () => {
    const store = new ImageStore()
    const id = store.add('a', async () => image(1))
    expect(store.add('a', async () => image(2))).toBe(id)
    expect(Buffer.from(id, 'base64url')).toHaveLength(16)
    expect(await store.read(id)).toEqual(image(1))
    expect(await store.read('a')).toBeNull()
    expect(await store.read('__proto__')).toBeNull()
  })

  it('forgets the least recently used ids and bytes', async () => {
    let made = 0
    const store = new ImageStore({ ids: 3, bytes: 20 })
    const render = async (): Promise<ServedImage> => {
      made++
      return image(10)
    }
    const [a, b, c] = ['a', 'b', 'c'].map((key) => store.add(key, render)) as [string, string, string]
    for (const id of [a, b, c, c, b]) await store.read(id)
    expect(made).toBe(3)
    await store.read(a)
    expect(made).toBe(4)
    store.add('d', render)
    expect(await store.read(c)).toBeNull()
    expect(await store.read(a)).not.toBeNull()
  })

  it('makes a picture once for many readers, few at a time, the newest first; a failure is not kept', async () => {
    const started: string[] = []
    const finish: (() => void)[] = []
    const store = new ImageStore({ atOnce: 1 })
    const add = (key: string): string =>
      store.add(key, () => {
        started.push(key)
        return new Promise((done) => finish.push(() => done(image(1))))
      })
    const ids = ['a', 'b', 'c'].map(add)
    const reads = [...ids, ids[0]!].map((id) => store.read(id))
    await expect.poll(() => started).toEqual(['a'])
    for (let n = 0; n < 3; n++) {
      await expect.poll(() => finish.length).toBe(n + 1)
      finish[n]!()
    }
    expect((await Promise.all(reads)).every((image) => image !== null)).toBe(true)
    expect(started).toEqual(['a', 'c', 'b'])

    let tries = 0
    const broken = store.add('broken', async () => {
      if (++tries === 1) throw new Error('gone')
      return image(1)
    })
    expect(await store.read(broken)).toBeNull()
    expect(await store.read(broken)).not.toBeNull()
  })

  it('forgets by prefix', async () => {
    const store = new ImageStore()
    const a = store.add('x/a', async () => image(1))
    const b = store.add('y/b', async () => image(1))
    store.removeAll('x/')
    expect(await store.read(a)).toBeNull()
    expect(await store.read(b)).not.toBeNull()
  })
})
