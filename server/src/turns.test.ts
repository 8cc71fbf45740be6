import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

test('runs work of one key one after another, of others beside it, and goes on after a failure', async () => {
  const turns = new Turns()
  const heard: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = turns.run('a', async () => {
    await gate.promise
    heard.push('first')
    throw new Error('refused')
  })
  const second = turns.run('a', () => Promise.resolve(heard.push('second')))
  await turns.run('b', () => Promise.resolve(heard.push('other')))
  gate.resolve()
  await expect(first).rejects.toThrow('refused')
  await second
  expect(heard).toEqual(['other', 'first', 'second'])
})
