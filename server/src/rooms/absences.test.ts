import { expect, test } from 'vitest'
import { Absences } from './absences.ts'

test('only what was away all the time counts, and coming back starts it anew', () => {
  const away = new Absences(60)
  expect(away.past(['asha', 'bela'], 0)).toEqual([])
  expect(away.past(['asha'], 30)).toEqual([])
  expect(away.past(['asha', 'bela'], 60)).toEqual(['asha'])
  expect(away.past(['asha', 'bela'], 90)).toEqual(['asha'])
  expect(away.past(['asha', 'bela'], 120)).toEqual(['asha', 'bela'])
  away.clear()
  expect(away.past(['asha'], 130)).toEqual([])
})
