import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outputPath, planOutputs } from './outputs.js'

describe('outputPath', () => {
  it.each([
    ['a/b.JPG', 'keep', 'jpeg', 'a/b.JPG'],
    ['a/b.jpg', 'keep', 'png', 'a/b.jpg'],
    ['a/b.jpg', 'png', 'jpeg', 'a/b.png'],
    ['a/b.JPEG', 'jpeg', 'jpeg', 'a/b.JPEG'],
    ['a/b.jpg', 'png', 'png', 'a/b.png'],
    ['a.b/c', 'webp', 'png', 'a.b/c.webp'],
    ['holiday 12.05', 'tiff', 'jpeg', 'holiday 12.05.tif'],
    ['x.tiff', 'avif', 'tiff', 'x.avif'],
    ['c', 'png', 'png', 'c'],
  ] as const)('%s as %s (is %s): %s', (path, format, source, wanted) => {
    expect(outputPath(path, format, source)).toBe(wanted)
  })
})

describe('planOutputs', () => {
  it('keeps names, and tells apart what would meet', () => {
    const files = [
      { path: 'a.jpg', format: 'jpeg' as const },
      { path: 'a.png', format: 'png' as const },
      { path: 'A.webp', format: 'webp' as const },
      { path: 'b.jpg', format: 'jpeg' as const },
    ]
    expect(planOutputs(files, 'png')).toEqual(['a.jpg.png', 'a.png', 'A.webp.png', 'b.png'])
    expect(planOutputs(files, 'keep')).toEqual(['a.jpg', 'a.png', 'A.webp', 'b.jpg'])
  })

  it('never gives two files one name, on any file system', () => {
    const name = fc.constantFrom(
      'a.jpg',
      'A.jpg',
      'a.png',
      'a.jpg.png',
      'a',
      'é.png',
      'e\u0301.jpg',
      'a.jpg-2.png',
      'a.PNG',
    )
    const format = fc.constantFrom<('keep' | 'png' | 'jpeg' | 'webp')[]>('keep', 'png', 'jpeg', 'webp')
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), format, (names, to) => {
        const planned = planOutputs(
          names.map((path) => ({ path, format: 'jpeg' })),
          to,
        )
        expect(new Set(planned.map((path) => path.normalize('NFC').toLowerCase())).size).toBe(names.length)
        expect(planned).toHaveLength(names.length)
      }),
    )
  })
})
