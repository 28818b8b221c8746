import { describe, expect, it } from 'vitest'
import {
  atLeast,
  atMost,
  baseName,
  bytes,
  duration,
  durationRange,
  parentOf,
  percent,
  plural,
  sentence,
  share,
  shortPath,
  visibility,
} from './format.ts'

describe('numbers for people', () => {
  it('counts things', () => {
    expect(plural(1, 'picture')).toBe('1 picture')
    expect(plural(1200, 'picture')).toBe('1,200 pictures')
    expect(plural(0, 'class', 'classes')).toBe('0 classes')
  })
  it('says visibility with two digits that mean something', () => {
    expect([0.0487, 0.1, 0.163, null].map(visibility)).toEqual(['0.049', '0.10', '0.16', '–'])
  })
  it('says sizes in the unit that keeps them short', () => {
    expect([0, 999, 1000, 15_300, 999_600, 2.5e9].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '15.3 kB',
      '1.0 MB',
      '2.5 GB',
    ])
  })
  it('says durations without false precision', () => {
    expect([0.2, 40, 59.6, 3570, 4800, 7200].map(duration)).toEqual([
      'under 1 s',
      '40 s',
      '1 min',
      '1 h',
      '1 h 20 min',
      '2 h',
    ])
    expect(durationRange({ low: 300, high: 310 })).toBe('about 5 min')
    expect(durationRange({ low: 300, high: 600 })).toBe('5 min to 10 min')
  })
  it('keeps the sign with its number', () => {
    expect([percent(0.117, 1), percent(0.117), percent(null)]).toEqual(['11.7\u00a0%', '12\u00a0%', 'no bound'])
    expect([atMost(0.1201), atLeast(0.2999)]).toEqual(['13\u00a0%', '29\u00a0%'])
    expect(sentence('at most 12 % of')).toBe('at most 12\u00a0% of')
  })
  it('takes shares of nothing as nothing', () => {
    expect([share(1, 0), share(3, 4), share(5, 4)]).toEqual([0, 0.75, 1])
  })
  it('splits paths of every platform', () => {
    expect([baseName('/a/b c/'), baseName('C:\\a\\b'), baseName('/')]).toEqual(['b c', 'b', '/'])
    expect(['/home/a', '/home/a/b', '/home/ab', '/c'].map((path) => shortPath(path, '/home/a'))).toEqual([
      '~',
      '~/b',
      '/home/ab',
      '/c',
    ])
    expect(shortPath('/a', '')).toBe('/a')
    expect([parentOf('/a/b'), parentOf('C:\\a\\b'), parentOf('a')]).toEqual(['/a', 'C:\\a', ''])
  })
})
