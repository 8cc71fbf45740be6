import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { inProcessBus, redisBus, type Bus } from '../src/bus.ts'
import { closeLater, eventually } from './harness.ts'
import { startRedis } from './harness-redis.ts'

let redis: ReturnType<typeof startRedis> | undefined
const faults: unknown[] = []

async function pairOnRedis(): Promise<[Bus, Bus]> {
  const { url } = await (redis ??= startRedis())
  return [redisBus(url, (error) => faults.push(error)), redisBus(url, (error) => faults.push(error))]
}

/** Of one process there is one bus; of two servers on a Redis, two. */
const kinds: [string, () => Promise<[Bus, Bus]>][] = [
  [
    'in one process',
    () => {
      const bus = inProcessBus((error) => faults.push(error))
      return Promise.resolve([bus, bus])
    },
  ],
  ['on a Redis', pairOnRedis],
]

describe.each(kinds)('a bus %s', (_name, make) => {
  const buses = async () => {
    const [here, there] = await make()
    onTestFinished(async () => {
      await Promise.all([here.close(), there.close()])
    })
    return { here, there }
  }
  /** Subscribed for sure: what is published is heard from now on. */
  const listen = async (from: Bus, bus: Bus, channel: string) => {
    const heard: unknown[] = []
    const stop = bus.subscribe(channel, (message) => heard.push(message))
    await eventually(() => {
      from.publish(channel, 'are you there?')
      expect(heard).toContain('are you there?')
    })
    heard.length = 0
    return { stop, heard: () => heard.filter((message) => message !== 'are you there?') }
  }

  test('tells what happens on one server to the people of another', async () => {
    const { here, there } = await buses()
    const { heard } = await listen(here, there, 'room:1')
    here.publish('room:1', { seq: 1, text: 'नमस्ते' })
    await eventually(() => expect(heard()).toEqual([{ seq: 1, text: 'नमस्ते' }]))
  })

  test('tells the publisher itself, too', async () => {
    const { here } = await buses()
    const { heard } = await listen(here, here, 'room:1')
    here.publish('room:1', 'hello')
    await eventually(() => expect(heard()).toEqual(['hello']))
  })

  test('keeps the order of a channel', async () => {
    const { here, there } = await buses()
    const { heard } = await listen(here, there, 'room:1')
    const numbers = Array.from({ length: 200 }, (_, i) => i)
    for (const n of numbers) here.publish('room:1', n)
    await eventually(() => expect(heard()).toEqual(numbers))
  })

  test('tells nothing of other channels, and nothing after the end of a subscription', async () => {
    const { here, there } = await buses()
    const one = await listen(here, there, 'room:1')
    const two = await listen(here, there, 'room:2')
    one.stop()
    here.publish('room:1', 'for nobody')
    here.publish('room:2', 'for two')
    await eventually(() => expect(two.heard()).toEqual(['for two']))
    expect(one.heard()).toEqual([])
  })

  test('lets a listener that fails keep nothing from the others', async () => {
    const { here, there } = await buses()
    there.subscribe('room:1', (message) => {
      if (message === 'trip') throw new Error('tripped')
    })
    const { heard } = await listen(here, there, 'room:1')
    faults.length = 0
    here.publish('room:1', 'trip')
    await eventually(() => expect(heard()).toEqual(['trip']))
    expect(faults).toMatchObject([{ message: 'tripped' }])
  })
})

test('hears again by itself after Redis was away', async () => {
  const first = await startRedis()
  const bus = redisBus(first.url, () => undefined)
  closeLater(() => bus.close())
  const heard: unknown[] = []
  bus.subscribe('room:1', (message) => heard.push(message))
  await first.stop()
  bus.publish('room:1', 'lost')
  await startRedis(Number(new URL(first.url).port))
  await eventually(() => {
    bus.publish('room:1', 'back')
    expect(heard).toContain('back')
  })
})

test('a Redis that hangs counts as away: it is told when it is back, and little of what was said meanwhile is kept', async () => {
  const hanging = await startRedis()
  const noticed: string[] = []
  const bus = () => {
    const made = redisBus(hanging.url, (error) => void noticed.push(String(error)))
    closeLater(() => made.close())
    return made
  }
  const [here, there] = [bus(), bus()]
  const heard: unknown[] = []
  const back: string[] = []
  there.subscribe('room:1', (message) => heard.push(message))
  there.onBack(() => back.push('there'))
  await eventually(() => {
    here.publish('room:1', 'before')
    expect(heard).toContain('before')
  })
  hanging.hang()
  for (let n = 0; n < 30_000; n++) here.publish('room:1', n)
  const silent = () => noticed.filter((error) => error.includes('Socket timeout'))
  await eventually(() => expect(silent().length, 'both ends of both').toBeGreaterThanOrEqual(4))
  hanging.goOn()
  await eventually(() => expect(back).toContain('there'))
  await eventually(() => {
    here.publish('room:1', 'after')
    expect(heard).toContain('after')
  })
  expect(heard.length).toBeLessThan(12_000)
})

test('what is no message of ours on Redis is told as a fault, and harms nobody', async () => {
  const [here, there] = await pairOnRedis()
  const stranger = new Redis((await redis!).url)
  onTestFinished(async () => {
    stranger.disconnect()
    await Promise.all([here.close(), there.close()])
  })
  const heard: unknown[] = []
  there.subscribe('room:9', (message) => heard.push(message))
  await eventually(async () => expect(await stranger.publish('room:9', 'not JSON')).toBe(1))
  await eventually(() => expect(faults.some((fault) => fault instanceof SyntaxError)).toBe(true))
  here.publish('room:9', 'still here')
  await eventually(() => expect(heard).toEqual(['still here']))
  faults.length = 0
})
