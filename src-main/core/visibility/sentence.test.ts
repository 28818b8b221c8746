import { describe, expect, it } from 'vitest'
import { visibilitySentence, visibilityWords } from './sentence.js'

describe('visibilitySentence', () => {
  it('compares with the JPEG that is as visible', () => {
    expect(visibilitySentence(0.05, 68)).toBe('About as visible as JPEG at quality 68.')
    expect(visibilityWords(0.05, 67.6)).toBe('about as visible as JPEG at quality 68')
  })

  it('says on which side of the comparison a change lies that no JPEG is like', () => {
    expect(visibilitySentence(0.004, null)).toBe('Less visible than JPEG at its best quality.')
    expect(visibilitySentence(0.3, null)).toBe('More visible than JPEG at a poor quality.')
  })

  it('nothing changed is not visible', () => {
    expect(visibilitySentence(0, null)).toBe('Not visible: nothing is changed.')
  })

  it('finds the comparison itself: the more visible, the poorer the JPEG', () => {
    const quality = (flip: number) => Number(/quality (\d+)\.$/.exec(visibilitySentence(flip))?.[1])
    expect(quality(0.05)).toBeGreaterThan(quality(0.07))
  })
})
