import { expect, it } from 'vitest'
import { sorted } from './table.ts'

interface Mentor {
  name: string
  rating: number | null
}
const mentors: Mentor[] = [
  { name: 'Bo', rating: 4 },
  { name: 'Asha', rating: null },
  { name: 'chitra', rating: 10 },
]
const columns = [
  { key: 'name', label: 'Name', value: (row: Mentor) => row.name },
  { key: 'rating', label: 'Rating', value: (row: Mentor) => row.rating },
]
const names = (by?: { key: string; down: boolean }) => sorted(mentors, columns, by).map(({ name }) => name)

it('sorts words as people do and figures by their size', () => {
  expect(names({ key: 'name', down: false })).toEqual(['Asha', 'Bo', 'chitra'])
  expect(names({ key: 'rating', down: false })).toEqual(['Bo', 'chitra', 'Asha'])
})

it('keeps what has no value at the end in both directions', () => {
  expect(names({ key: 'rating', down: true })).toEqual(['chitra', 'Bo', 'Asha'])
})

it('leaves the order alone until somebody asks', () => {
  expect(names()).toEqual(['Bo', 'Asha', 'chitra'])
})
