import { describe, expect, it } from 'vitest'
import css from './tokens.css?raw'

/** The colours of a theme's block, by role. */
function colours(theme: string): Record<string, string> {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? ''
  const found: Record<string, string> = {}
  for (const [, role = '', hex = ''] of block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)) found[role] = hex
  return found
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number] // three positions above
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const grounds = ['surface', 'raised', 'sunken', 'hover']
const over = (inks: string[], papers: string[]) =>
  inks.flatMap((ink) => papers.map((paper): [string, string] => [ink, paper]))

/** Text and the icons that carry a meaning alone. */
const text = [
  ...over(['ink', 'ink-soft', 'accent'], grounds),
  ...over(['accent-hover', 'good', 'warn', 'bad'], ['surface', 'raised']),
  ...over(['ink'], ['accent-soft', 'good-soft', 'warn-soft', 'bad-soft', 'stage', 'tile']),
  ...over(['ink-soft'], ['stage', 'accent-soft']),
  ...over(['accent-ink'], ['accent', 'accent-hover']),
  ...over(['bad-ink'], ['bad', 'bad-hover']),
  ...over(['surface'], ['ink']),
  ...[1, 2, 3, 4, 5, 6].map((face) => [`face-${face}-ink`, `face-${face}`]),
  ['accent', 'accent-soft'],
  ['good', 'good-soft'],
  ['warn', 'warn-soft'],
  ['bad', 'bad-soft'],
] as [string, string][]

/** Borders of controls, focus rings, stars, bars. */
const shapes = [
  ...over(['line-strong', 'star'], ['surface', 'raised', 'sunken']),
  ...over(['focus'], [...grounds, 'stage']),
  ...over(['accent', 'good', 'warn', 'bad'], ['sunken', 'stage', 'tile']),
]

describe.each(['light', 'dark'])('the %s theme', (theme) => {
  const colour = colours(theme)
  const ratio = (a: string, b: string) => contrast(colour[a] ?? '', colour[b] ?? '')

  it.each(text)('can be read: %s on %s', (ink, paper) => {
    expect(ratio(ink, paper)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(shapes)('can be made out: %s on %s', (shape, paper) => {
    expect(ratio(shape, paper)).toBeGreaterThanOrEqual(3)
  })
})
