import { expect, it } from 'vitest'
import { colourOf, initials } from './initials.ts'

it('takes the first letters of the first and the last word', () => {
  expect(
    ['Asha Rao', 'Élan de Vital', 'devika', ' ', '李 小龙', 'Ravi “K” & Co.', '@anil', '★ ★'].map(initials),
  ).toEqual(['AR', 'ÉV', 'DE', '?', '李小', 'RC', 'AN', '?'])
})

it('gives a name the same colour every time', () => {
  expect(colourOf('Asha Rao', 6)).toBe(colourOf(' asha rao ', 6))
  const used = new Set(Array.from({ length: 40 }, (_, at) => colourOf(`Learner ${at}`, 6)))
  expect(used.size).toBe(6)
})
