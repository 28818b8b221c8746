import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as fake from '../../test/support/fakes/electron.js'
import { registerScheme, schemeHandler, setupScheme } from './scheme.js'

let folder: string
let serve: (request: Request) => Promise<Response>
const get = (url: string, method = 'GET'): Promise<Response> => serve(new Request(url, { method }))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-scheme-'))
  const root = join(folder, 'renderer')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Fixative</title>')
  await writeFile(join(root, 'assets/index-a1.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'the signing key')
  await symlink(join(folder, 'secret.txt'), join(root, 'assets/link.txt'))
  const bytes = new Uint8Array([0, 1, 2, 3, 0]).subarray(1, 4)
  serve = await schemeHandler(root, (id) => {
    if (id === 'broken') return Promise.reject(new Error('no such file: /home/someone/picture.jpg'))
    if (id === 'page') return Promise.resolve({ bytes, mime: 'text/html' })
    return Promise.resolve(id === 'im-1' ? { bytes, mime: 'image/webp' } : null)
  })
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(fake.resetElectron)

describe('scheme', () => {
  it('is declared as a standard, secure scheme that does not get around the CSP', () => {
    registerScheme()
    expect(fake.protocol.privileged).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
    ])
  })

  it('answers in the window’s session only', async () => {
    const session = fake.session.fromPartition('window')
    await setupScheme(session as never, join(folder, 'renderer'), () => Promise.resolve(null))
    expect([...session.protocol.handlers.keys()]).toEqual(['app'])
    expect(fake.protocol.handlers.size).toBe(0)
  })

  it('serves the page and its assets with a strict policy', async () => {
    const page = await get('app://fixative/')
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<title>Fixative</title>')
    const script = await get('app://fixative/assets/index-a1.js?v=1')
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/)
    for (const response of [page, script]) {
      const policy = response.headers.get('content-security-policy')!
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
      // Nothing that runs code from a string or lets another origin in.
      expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|https?:|\*/)
      expect(policy).toContain("connect-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it.each([
    'app://fixative/../secret.txt',
    'app://fixative/%2e%2e/secret.txt',
    'app://fixative/assets/..%2f..%2fsecret.txt',
    'app://fixative/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    'app://fixative/..%5csecret.txt',
    'app://fixative//etc/passwd',
    'app://fixative/%00index.html',
    'app://fixative/assets/link.txt',
    'app://fixative/assets',
    'app://fixative/__proto__',
    'app://fixative/image/../../secret.txt',
    'app://fixative/image/..%2f..%2fsecret.txt',
    'app://fixative/image/%2Fetc%2Fpasswd',
    'app://fixative/image/',
    'app://fixative/image/unknown',
    'app://fixative/image/broken',
    'app://fixative/image/page',
    'app://other/index.html',
    'app://fixative:8080/index.html',
    'file:///etc/passwd',
  ])('gives nothing for %s', async (url) => {
    const response = await get(url)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('')
  })

  it('gives a picture by its opaque id, and only its own bytes', async () => {
    const response = await get('app://fixative/image/im-1')
    expect(response.headers.get('content-type')).toBe('image/webp')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('only reads', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await get('app://fixative/', method)).status).toBe(405)
  })
})
