/** A worker that dies takes its own classes with it for a moment; the class beside, on another worker, feels nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { adminRoutes } from '@peerlearn/contract/admin'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { until } from '../client/e2e/person.ts'
import { adminOf } from '../loadtest/accounts.ts'
import { call } from '../loadtest/api.ts'
import { ClassHere } from './class-here.ts'
import { keeps } from './figures.ts'
import { freeze, soundGap } from './watch.ts'

let here: ClassHere

beforeAll(async () => {
  here = await ClassHere.open({ people: 3, publish: 2, env: { SFU_WORKERS: '2' } })
})
afterAll(() => here?.close())

/** The worker that has this class, once the node has told of it. */
const workerOf = (sessionId: string) =>
  until('the class is on one worker', async () => {
    await sleep(1_000)
    const { url, demo } = here.product
    const token = await adminOf(url, demo.admin).token()
    const { live } = await call(url, adminRoutes.overview, { token })
    const [pid, ...others] = new Set(
      live.people.flatMap((p) => (p.sessionId === sessionId ? [p.worker] : [])),
    )
    return others.length === 0 && pid
  })

it.each(['SIGKILL', 'SIGSTOP'] as const)(
  'goes on without half a second’s pause while the other class loses its worker by %s',
  async (signal) => {
    const beside = await here.another(3, 2)
    onTestFinished(() => beside.close())
    const [own, other] = [await workerOf(here.light.sessionId), await workerOf(beside.sessionId)]
    if (other === null || other === own) throw new Error('both classes are on one worker')
    await sleep(2_000)
    const began = Date.now()
    process.kill(other, signal)
    await until('another worker', () =>
      Promise.resolve(!here.product.pids('mediasoup-worker').includes(other)),
    )
    for (const { reception } of beside.people) reception.reset()
    await until('the other class is back', () =>
      Promise.resolve(beside.people.every((one) => one.connected && one.reception.received.packets > 50)),
    )
    await sleep(1_000)
    keeps(`freeze of the class beside (${signal})`, [await freeze(here.page, began)], 500)
    keeps(`silence of the class beside (${signal})`, [await soundGap(here.page, began)], 500)
    expect(here.light.people.map(({ joins }) => joins)).toEqual(here.light.people.map(() => 1))
  },
)
