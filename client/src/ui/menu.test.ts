import { expect, it } from 'vitest'
import { nextItem } from './menu.ts'

const items = ['Pin', 'Mute', 'Make small'].map((textContent) => ({ textContent }))
const from = (at: number, key: string) => nextItem(items, items[at], key)?.textContent

it('moves with the arrows and goes round', () => {
  expect([from(0, 'ArrowDown'), from(2, 'ArrowDown'), from(0, 'ArrowUp'), from(-1, 'ArrowUp')]).toEqual([
    'Mute',
    'Pin',
    'Make small',
    'Make small',
  ])
  expect([from(1, 'Home'), from(1, 'End')]).toEqual(['Pin', 'Make small'])
})

it('finds the next entry by its first letter', () => {
  expect([from(0, 'm'), from(1, 'M'), from(2, 'm')]).toEqual(['Mute', 'Make small', 'Mute'])
  expect([from(0, 'x'), from(0, ' '), from(0, 'Enter')]).toEqual([undefined, undefined, undefined])
})
