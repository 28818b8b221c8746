import { expect, it } from 'vitest'
import { qualityView } from './quality-view.js'

const quality = {
  flip: { mean: 0.1, max: 0.12 },
  ssim: { min: 0.98765, mean: 0.99 },
  psnr: null,
  deltaE: { mean: 1.234, max: 2 },
  worst: [{ name: 'a.png', flip: 0.12, ssim: 0.98765, deltaE: 2, psnr: null }],
}

it('has a row for each measure, and a value for each of the worst pictures', () => {
  const { visible, rows, worst } = qualityView(quality, 12.5)
  expect(visible).toMatch(/^About as visible as JPEG at quality \d+\. .* shows most is about as visible as JPEG/)
  expect(rows.map(({ mean, worst }) => [mean, worst])).toEqual([
    ['0.100', '0.120'],
    ['1.23', '2.00'],
    ['0.9900', '0.9877'],
    ['unchanged', 'unchanged'],
    ['–', '12.5 of 255'],
  ])
  expect(worst.measures).toEqual(['ꟻLIP', 'ΔE', 'SSIM', 'PSNR'])
  expect(worst.images).toEqual([{ name: 'a.png', values: ['0.120', '2.00', '0.9877', 'unchanged'] }])
})

it('says nothing of ꟻLIP where a certificate has none', () => {
  const former = qualityView({ ...quality, flip: null, worst: [{ ...quality.worst[0]!, flip: null }] }, 8)
  expect(former.visible).toBe('')
  expect(former.explanation).not.toContain('ꟻLIP')
  expect(former.rows).toHaveLength(4)
  expect(former.worst.images[0]!.values).toHaveLength(former.worst.measures.length)
})
