import { describe, expect, test } from 'vitest'
import { accentColors, contrastRatio, parseColor } from '../../../src/pages/color.ts'
import { PAPER } from '../../../src/pages/style.ts'
import { assert, integer, property } from '../../fuzz/fast-check.ts'

const colors = integer({ min: 0, max: 0xffffff }).map(
  (value) => `#${value.toString(16).padStart(6, '0')}`,
)

describe('parseColor', () => {
  test.each([
    ['#2F5BD8', '#2f5bd8'],
    ['#abc', '#aabbcc'],
  ])('reads %s', (text, color) => {
    expect(parseColor(text)).toBe(color)
  })

  test.each(['', 'red', '#12', '#1234', '#12345g', 'rgb(0,0,0)', '#000000;}', ' #000'])(
    'refuses %j',
    (text) => {
      expect(parseColor(text)).toBeUndefined()
    },
  )
})

describe('contrastRatio', () => {
  // Figures of WCAG's own definition, to two places.
  test.each([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#ff0000', '#ffffff', 4],
    ['#ffffff', '#ffffff', 1],
  ])('of %s and %s is %d', (one, other, ratio) => {
    expect(contrastRatio(one, other)).toBeCloseTo(ratio, 1)
    expect(contrastRatio(other, one)).toBe(contrastRatio(one, other))
  })
})

describe('accentColors', () => {
  test.each(Object.entries(PAPER))('every colour can be seen on a %s page', (_scheme, paper) => {
    assert(
      property(colors, (color) => {
        const { fill, onFill, ink } = accentColors(color, paper)
        expect(contrastRatio(fill, paper)).toBeGreaterThanOrEqual(3)
        expect(contrastRatio(onFill, fill)).toBeGreaterThanOrEqual(4.5)
        expect(contrastRatio(ink, paper)).toBeGreaterThanOrEqual(4.5)
      }),
      { numRuns: 500 },
    )
  })

  test('a colour that can be seen stays what it is', () => {
    expect(accentColors('#0b7a4b', '#ffffff')).toEqual({
      fill: '#0b7a4b',
      onFill: '#ffffff',
      ink: '#0b7a4b',
    })
  })
})
