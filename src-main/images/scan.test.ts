import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { headers as readHeaders } from './inspect.js'
import { scan as scanFolder, type ScanOptions, type ScanResult } from './scan.js'

const headers: ScanOptions['headers'] = (sources) => readHeaders({ sources })
/** With every picture opened. */
const scan = (root: string, options: ScanOptions = {}): Promise<ScanResult> => scanFolder(root, { headers, ...options })

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fixative scan '))
})
afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

const blank = (width = 8, height = 8) => sharp({ create: { width, height, channels: 3, background: '#4080c0' } })
async function put(path: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), content)
}
async function reasons(): Promise<Record<string, string>> {
  return Object.fromEntries((await scan(root)).skipped.map((s) => [s.path, s.reason]))
}

describe('scan', () => {
  it('finds pictures of every format by content, in a fixed order, whatever they are called', async () => {
    const image = await blank().png().toBuffer()
    const names = [
      'b/x.png',
      'a b/ü 🦊.png',
      'a b/-rf.png',
      'a b/--.png',
      'top.png',
      'b/c/deep.png',
      'noextension',
      'wrong.jpg',
    ]
    if (process.platform !== 'win32') names.push('a b/new\nline.png')
    for (const name of names) await put(name, image)
    for (const format of ['jpeg', 'webp', 'tiff', 'avif'] as const)
      await put(`f/${format}`, await blank().toFormat(format).toBuffer())
    const { files, skipped } = await scan(root)
    expect(skipped).toEqual([])
    expect(files.map((f) => f.path)).toEqual([...names, 'f/jpeg', 'f/webp', 'f/tiff', 'f/avif'].sort())
    expect(files.find((f) => f.path === 'wrong.jpg')).toEqual({
      path: 'wrong.jpg',
      source: join(root, 'wrong.jpg'),
      bytes: image.length,
      folder: '',
      format: 'png',
    })
    expect(files.find((f) => f.path === 'b/c/deep.png')?.folder).toBe('b/c')
    expect(files.find((f) => f.path === 'f/avif')?.format).toBe('avif')
  })

  it('says of everything else why it is left out, in a sentence', async () => {
    const png = await blank().png().toBuffer()
    await put('empty.png', '')
    await put('text.png', 'This is not a picture, whatever its name says.')
    await put('photoshop.psd', '8BPS\0\x01')
    await put('phone.heic', Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic')]))
    await put('film.mp4', Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from('ftypisom\0\0\0\0mp42')]))
    await put('moving.gif', await blank().gif().toBuffer())
    await put('half-header.png', png.subarray(0, 20))
    const frames = sharp([png, await blank().negate().png().toBuffer()], { join: { animated: true } })
    await put('moving.webp', await frames.clone().webp({ loop: 0 }).toBuffer())
    await put('pages.tif', await frames.clone().tiff().toBuffer())
    await put('print.jpg', await blank().toColourspace('cmyk').jpeg().toBuffer())
    const control = Buffer.from('\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\0\0\0\0', 'latin1')
    await put('moving.png', Buffer.concat([png.subarray(0, 33), control, png.subarray(33)]))
    const found = await reasons()
    expect(found['empty.png']).toMatch(/empty/)
    expect(found['text.png']).toMatch(/not a picture/)
    expect(found['photoshop.psd']).toMatch(/Photoshop/)
    expect(found['phone.heic']).toMatch(/HEIC/)
    expect(found['film.mp4']).toMatch(/not a picture/)
    expect(found['moving.gif']).toMatch(/GIF/)
    expect(found['half-header.png']).toMatch(/damaged/)
    expect(found['moving.webp']).toMatch(/animation/)
    expect(found['pages.tif']).toMatch(/several pages/)
    expect(found['print.jpg']).toMatch(/CMYK/)
    expect(found['moving.png']).toMatch(/animated/)
    for (const reason of Object.values(found)) expect(reason).toMatch(/^[A-Z].*\.$/)
    expect((await scan(root)).files).toEqual([])
    // By their first bytes these are pictures; only who opens them can tell.
    const { files, skipped } = await scanFolder(root)
    expect(files.map(({ path }) => path)).toEqual(['half-header.png', 'moving.webp', 'pages.tif', 'print.jpg'])
    for (const { path, reason } of skipped) expect(reason).toBe(found[path])
  })

  it('passes over dot-files, files of the system and its own files without a word', async () => {
    const own = [
      '.DS_Store',
      '.hidden/a.png',
      'Thumbs.db',
      'a/desktop.ini',
      '__MACOSX/x.png',
      'fixative-certificate.json',
      'fixative-report.html',
    ]
    for (const name of own) await put(name, await blank().png().toBuffer())
    expect(await scan(root)).toEqual({ root, files: [], skipped: [] })
  })

  it.skipIf(process.platform === 'win32')('follows no link, and lists each with its reason', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'fixative-outside-'))
    try {
      await writeFile(join(outside, 'secret.png'), await blank().png().toBuffer())
      await put('a/x.png', await blank().png().toBuffer())
      await symlink('..', join(root, 'a/loop'))
      await symlink('self', join(root, 'self'))
      await symlink(outside, join(root, 'out'))
      await symlink(join(outside, 'secret.png'), join(root, 'out.png'))
      await symlink('a/x.png', join(root, 'alias.png'))
      await symlink('nowhere', join(root, 'broken.png'))
      const found = await reasons()
      expect(Object.keys(found).sort()).toEqual(['a/loop', 'alias.png', 'broken.png', 'out', 'out.png', 'self'])
      expect(found['out']).toMatch(/out of the folder/)
      expect(found['out.png']).toMatch(/out of the folder/)
      expect(found['a/loop']).toMatch(/same folder/)
      expect(found['alias.png']).toMatch(/same folder/)
      expect(found['broken.png']).toMatch(/not there/)
      expect(found['self']).toMatch(/itself/)
      expect((await scan(root)).files.map((f) => f.path)).toEqual(['a/x.png'])
    } finally {
      await rm(outside, { recursive: true, force: true })
    }
  })

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.png')])
    expect((await reasons())['pipe.png']).toMatch(/not an ordinary file/)
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'says what may not be read (skipped for root, who may read everything)',
    async () => {
      await put('a.png', await blank().png().toBuffer())
      await mkdir(join(root, 'locked'))
      await chmod(join(root, 'a.png'), 0)
      await chmod(join(root, 'locked'), 0)
      const found = await reasons()
      await chmod(join(root, 'locked'), 0o700)
      expect(found['a.png']).toMatch(/permissions/)
      expect(found['locked']).toMatch(/permissions/)
    },
  )

  it.skipIf(process.platform !== 'linux')('survives folders deeper than the system can name', async () => {
    execFileSync('python3', [
      '-c',
      'import os,sys\nos.chdir(sys.argv[1])\nfor i in range(10000):\n os.mkdir("d"); os.chdir("d")',
      root,
    ])
    try {
      const { files, skipped } = await scan(root)
      expect(files).toEqual([])
      expect(skipped).toHaveLength(1)
      expect(skipped[0]!.reason).toMatch(/too deep/)
    } finally {
      execFileSync('rm', ['-rf', root])
    }
  })

  it('takes a picture 30,000 pixels wide, and refuses one beyond the limit', async () => {
    await put('wide.png', await blank(30_000, 2).png().toBuffer())
    const header = Buffer.from(await blank(4, 4).png().toBuffer())
    header.writeUInt32BE(100_000, 16)
    header.writeUInt32BE(100_000, 20)
    header.writeUInt32BE((await import('node:zlib')).crc32(header.subarray(12, 29)), 29)
    await put('bomb.png', header)
    const { files, skipped } = await scan(root)
    expect(files.map((f) => f.path)).toEqual(['wide.png'])
    expect(skipped[0]).toMatchObject({ path: 'bomb.png', reason: expect.stringContaining('million pixels') as string })
  })

  it('reports progress, stops when asked to, and changes nothing', async () => {
    const image = await blank().png().toBuffer()
    for (let i = 0; i < 20; i++) await put(`${i}.png`, image)
    const seen: number[] = []
    await scan(root, { onProgress: (n) => seen.push(n) })
    expect(seen.at(-1)).toBe(20)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    await expect(scan(root, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    expect((await readFile(join(root, '3.png'))).equals(image)).toBe(true)
  })

  it('refuses a folder that is none', async () => {
    await put('file', 'x')
    await expect(scan(join(root, 'missing'))).rejects.toMatchObject({ code: 'folder-missing' })
    await expect(scan(join(root, 'file'))).rejects.toMatchObject({ code: 'not-a-folder' })
    await expect(scan(join(root, 'file', 'x'))).rejects.toMatchObject({ code: 'folder-missing' })
    expect(await scan(root)).toMatchObject({ files: [] })
  })
})
