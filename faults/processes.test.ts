/** Processes that die or hang: the class is back before anybody reaches for the reload button. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { seesPictures, until } from '../client/e2e/person.ts'
import { ClassHere } from './class-here.ts'
import { keeps } from './figures.ts'
import { freeze, nextFrame, soundGap } from './watch.ts'

let here: ClassHere

beforeAll(async () => {
  here = await ClassHere.open({ people: 4, publish: 2, env: { SFU_WORKERS: '1' } })
})
afterAll(() => here?.close())
beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => here.explain())
  await seesPictures(here.page, 1, 30)
})

const seats = () => here.light.people.map(({ peerId }) => peerId)

/** Does this to the worker, and measures how long the viewer's picture stands still. */
async function workerFault(signal: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
  await sleep(1_500) // the one before has settled
  const [worker] = here.product.pids('mediasoup-worker')
  const before = Date.now()
  process.kill(worker!, signal)
  await until('another worker', () => {
    const pids = here.product.pids('mediasoup-worker')
    return Promise.resolve(pids.length > 0 && !pids.includes(worker!))
  })
  // Not a frame that was still underway.
  await nextFrame(here.page, before + 800)
  await seesPictures(here.page, 1, 20)
  return freeze(here.page, before)
}

it('brings the pictures back within three seconds when a worker is killed, everybody on their seat', async () => {
  const before = seats()
  const freezes: number[] = []
  for (let n = 0; n < 4; n++) freezes.push(await workerFault('SIGKILL'))
  await until('everybody is back', () =>
    Promise.resolve(here.light.people.every(({ connected }) => connected)),
  )
  expect(seats()).toEqual(before)
  keeps('freeze by a killed worker', freezes, 3_000)
})

it('brings them back within eight when a worker hangs', async () => {
  keeps('freeze by a hung worker', [await workerFault('SIGSTOP'), await workerFault('SIGSTOP')], 8_000)
})

it('shows and plays on while the server is killed, and everybody’s socket is back within ten seconds', async () => {
  const [chat] = [await here.light.mentor.say('before')]
  const [old] = here.product.pids('server/src/main.ts')
  const killed = Date.now()
  process.kill(old!, 'SIGKILL')
  await until('sockets were lost', () => Promise.resolve(here.light.people.every((one) => !one.connected)))
  await until('sockets are back', () => Promise.resolve(here.light.people.every((one) => one.connected)), 30)
  const backMs = Date.now() - killed
  await sleep(2_000)
  keeps('freeze by a killed server', [await freeze(here.page, killed)], 1_000)
  keeps('silence by a killed server', [await soundGap(here.page, killed)], 1_000)
  keeps('sockets back after the server was killed', [backMs], 10_000)
  for (const person of here.light.people) expect(person.heardChat).toContain(chat)
})
