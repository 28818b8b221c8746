/** How visible a change is, in words for people: one place for the command line, the report and the window. */
import { asVisibleAsJpeg } from './jpeg-equivalent.js'

/** Mean ꟻLIP of JPEG at a middle quality: what lies outside of the comparison is on one side of it. */
const MIDDLE = 0.06

/**
 * A visibility as a part of a sentence: "about as visible as JPEG at quality 68".
 *
 * @param flip mean ꟻLIP of a picture or a collection, 0–1
 * @param quality of the JPEG that is as visible, 1–100; null: none is
 */
export function visibilityWords(flip: number, quality: number | null = asVisibleAsJpeg(flip)): string {
  if (flip === 0) return 'not visible: nothing is changed'
  if (quality !== null) return `about as visible as JPEG at quality ${Math.round(quality)}`
  return flip < MIDDLE ? 'less visible than JPEG at its best quality' : 'more visible than JPEG at a poor quality'
}

/** The same as a sentence: "About as visible as JPEG at quality 68." */
export function visibilitySentence(flip: number, quality?: number | null): string {
  const words = visibilityWords(flip, quality)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
