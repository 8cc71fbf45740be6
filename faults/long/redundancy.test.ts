/** What RED spares the ears: the same voice on the same bad link, with it and without. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../../client/e2e/person.ts'
import { heardAs, talking } from '../redundancy.ts'
import { ThinClass } from '../thin-class.ts'
import { flowDuring } from '../watch.ts'

let thin: ThinClass

beforeAll(async () => {
  thin = await ThinClass.open([])
})
afterAll(() => thin?.close())

/** Samples a second that were made up, of 48,000. */
async function madeUp(loss: number, red: boolean): Promise<number> {
  const seconds = 20
  const { listener, leave } = await talking(thin, { red })
  await thin.hosts.fault('both', { delay: 50, loss })
  if (red) await until('it is heard in RED', async () => (await heardAs(listener.page)) === 'red', 60)
  await sleep(5_000) // until the plain one has ended, and nothing of before is in the buffer
  const { concealed, sounds } = await flowDuring(listener.page, () => sleep(seconds * 1_000))
  await thin.hosts.fault('both', { delay: 10, loss: 0 })
  await leave()
  return (concealed * sounds) / seconds
}

it.each([20, 30])('makes up less than half of the sound at a loss of %d percent both ways', async (loss) => {
  const [plain, red] = [await madeUp(loss, false), await madeUp(loss, true)]
  const share = (samples: number) => `${((100 * samples) / 48_000).toFixed(1)} %`
  console.log(`FIGURE sound made up at ${loss} % loss: ${share(plain)} without RED, ${share(red)} with it`)
  expect(red).toBeLessThan(plain / 2)
})
