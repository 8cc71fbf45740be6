import { expect, it } from 'vitest'
import { Rounds } from './rounds.ts'

const settled = () => new Promise((done) => setImmediate(done))

/** A round whose every run ends when the test says so. */
function controlled(name: string, log: string[]) {
  const ends: (() => void)[] = []
  const run = () =>
    new Promise<void>((done) => {
      log.push(name)
      ends.push(done)
    })
  const end = async () => {
    ends.shift()!()
    await settled()
  }
  return { run, end }
}

it('compares rooms also when that is due while events are being fetched, and once however often it was', async () => {
  const log: string[] = []
  const [fetching, comparing] = [controlled('fetch', log), controlled('compare', log)]
  const rounds = new Rounds(() => undefined)
  rounds.ask(fetching.run)
  for (let n = 0; n < 3; n++) rounds.ask(comparing.run)
  rounds.ask(fetching.run)
  expect(log).toEqual(['fetch'])
  await fetching.end()
  expect(log).toEqual(['fetch', 'compare'])
  await comparing.end()
  expect(log).toEqual(['fetch', 'compare', 'fetch'])
  await fetching.end()
  expect(log).toHaveLength(3)
  rounds.ask(comparing.run)
  expect(log).toHaveLength(4)
})

it('goes on after one that failed, and begins nothing once it is closed', async () => {
  const log: string[] = []
  const errors: unknown[] = []
  const last = controlled('last', log)
  const rounds = new Rounds((error) => errors.push(error))
  rounds.ask(() => Promise.reject(new Error('away')))
  rounds.ask(last.run)
  await settled()
  expect([log, errors]).toEqual([['last'], [new Error('away')]])
  rounds.ask(last.run)
  const closing = rounds.close()
  await last.end()
  await closing
  rounds.ask(last.run)
  expect(log).toEqual(['last'])
})
