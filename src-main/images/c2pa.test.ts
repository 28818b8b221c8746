import { createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JPEG, PNG } from '@trustnxt/c2pa-ts/asset'
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf'
import { ManifestStore, TrainingAndDataMiningAssertion } from '@trustnxt/c2pa-ts/manifest'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCredential } from './c2pa-credential.js'
import { manifestId } from './c2pa-id.js'
import { exportImage } from './export.js'
import type { OutputFormat, Reservation } from './types.js'
import { AS_IT_IS, testNoise } from '../../test/support/noise-request.js'

const SINCE = '2026-01-01T00:00:00.500Z'
let folder: string
let source: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-c2pa-'))
  source = join(folder, 'picture.png')
  await sharp({ create: { width: 60, height: 40, channels: 3, background: '#506070' } })
    .withExif({ IFD0: { Copyright: 'Ada' } })
    .png()
    .toFile(source)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let count = 0
async function copy(format: OutputFormat, reserve: Reservation, path = 'a/picture.png', seed = 'abc') {
  const target = join(folder, `copy-${count++}`)
  const manifest = { credential: await createCredential(seed, SINCE), id: manifestId(seed, path), version: '1.2.3' }
  const rest = { ...testNoise(4), ...AS_IT_IS }
  await exportImage({ ...rest, source, target, format, reserve, manifest })
  return readFile(target)
}
const storeOf = (bytes: Buffer, format: 'jpeg' | 'png') => {
  const asset = format === 'jpeg' ? new JPEG(bytes) : new PNG(bytes)
  return { asset, store: ManifestStore.read(SuperBox.fromBuffer(new Uint8Array(asset.getManifestJUMBF()!))) }
}

describe('the C2PA manifest', () => {
  it.each(['jpeg', 'png'] as const)('of %s is valid, and allows no training and no data mining', async (format) => {
    const { asset, store } = storeOf(await copy(format, 'c2pa'), format)
    const result = await store.validate(asset)
    expect(result.statusEntries.filter(({ success }) => success === false)).toEqual([])
    expect(result.isValid).toBe(true)
    const assertions = store.getActiveManifest()!.assertions!.assertions
    const mining = assertions.find((each) => each instanceof TrainingAndDataMiningAssertion)
    expect(mining?.label).toBe('cawg.training-mining')
    expect(Object.entries(mining!.entries).map(([key, { choice }]) => [key, choice])).toEqual(
      ['data_mining', 'ai_inference', 'ai_generative_training', 'ai_training'].map((k) => [`cawg.${k}`, 'notAllowed']),
    )
  })

  it.each(['jpeg', 'png'] as const)('leaves pixels and metadata of %s as they are', async (format) => {
    const [plain, reserved] = await Promise.all([copy(format, 'xmp'), copy(format, 'c2pa')])
    const pixels = (bytes: Buffer) => sharp(bytes).raw().toBuffer()
    expect((await pixels(reserved)).equals(await pixels(plain))).toBe(true)
    const [a, b] = await Promise.all([sharp(plain).metadata(), sharp(reserved).metadata()])
    expect(b.exif?.equals(a.exif!)).toBe(true)
    expect(b.xmpAsString).toBe(a.xmpAsString)
    expect(b.xmpAsString).toContain('DMI-PROHIBITED')
  })

  it('is not valid for changed pixels', async () => {
    const bytes = await copy('jpeg', 'c2pa')
    bytes[bytes.length - 10]! ^= 1
    const { asset, store } = storeOf(bytes, 'jpeg')
    expect((await store.validate(asset)).isValid).toBe(false)
  })

  it('is the same for the same job and path, and else another', async () => {
    const [first, again, otherPath, otherJob] = await Promise.all([
      copy('jpeg', 'c2pa'),
      copy('jpeg', 'c2pa'),
      copy('jpeg', 'c2pa', 'b/picture.png'),
      copy('jpeg', 'c2pa', 'a/picture.png', 'abcd'),
    ])
    expect(again.equals(first)).toBe(true)
    for (const other of [otherPath, otherJob]) expect(other.equals(first)).toBe(false)
  })

  it('is left out where the format has none', async () => {
    for (const format of ['webp', 'tiff', 'avif'] as const) {
      expect((await copy(format, 'c2pa')).equals(await copy(format, 'xmp'))).toBe(true)
    }
  })
})

describe('the credential', () => {
  it('is a chain of two certificates for ten years, and its key fits', async () => {
    const { privateKey, certificate, root } = await createCredential('abc', SINCE)
    const [leaf, ca] = [new X509Certificate(certificate), new X509Certificate(root)]
    expect(leaf.verify(ca.publicKey) && ca.verify(ca.publicKey) && leaf.checkIssued(ca)).toBe(true)
    expect([leaf.ca, ca.ca]).toEqual([false, true])
    expect(new Date(leaf.validFrom).toISOString()).toBe('2026-01-01T00:00:00.000Z')
    expect(new Date(leaf.validTo).toISOString()).toBe('2036-01-01T00:00:00.000Z')
    const key = createPublicKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' } as never)
    expect(key.equals(leaf.publicKey)).toBe(true)
  })
})
