import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { halve, writeHalf } from './half.js'
import { openStorage } from './storage.js'

describe('halve', () => {
  it('takes the mean of each 2×2 places of each plane', () => {
    const plane = (first: number) => [first, first + 2, 10, 10, first + 4, first + 6, 10, 11, 0, 0, 0, 1, 0, 0, 1, 0]
    const pixels = Uint8Array.from([...plane(0), ...plane(100), ...plane(200)])
    expect([...halve(pixels, 4)]).toEqual([3, 10, 0, 1, 103, 10, 0, 1, 203, 10, 0, 1])
  })

  it('writes the wanted items of a file, each at its place', async () => {
    const root = mkdtempSync(join(tmpdir(), 'fixative-half-'))
    try {
      const folder = openStorage(root).job('j')
      await folder.create()
      const size = 3 * 2 * 2
      writeFileSync(
        folder.file('x.u8'),
        Uint8Array.from({ length: 3 * size }, (_, i) => 10 * Math.floor(i / size) + 5),
      )
      const name = await writeHalf(folder, 'x.u8', 2, [2, 1])
      expect([...readFileSync(folder.file(name))]).toEqual([0, 0, 0, 15, 15, 15, 25, 25, 25])
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })
})
