/** What the page says that a class takes is what its link carries. */
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { joinRoom } from '../../client/e2e/in-room.ts'
import { seesPictures, until } from '../../client/e2e/person.ts'
import { ThinClass } from '../thin-class.ts'

let thin: ThinClass

beforeAll(async () => {
  thin = await ThinClass.open()
})
afterAll(() => thin?.close())

/** Bytes that the learner's cable carried so far, both ways. */
function carried(): number {
  const of = (way: string) => `/sys/class/net/cable/statistics/${way}_bytes`
  const counts = execFileSync('ip', ['netns', 'exec', thin.hosts.b.name, 'cat', of('rx'), of('tx')])
  return counts
    .toString()
    .trim()
    .split('\n')
    .reduce((sum, count) => sum + Number(count), 0)
}

/** "4.2 MB" of the page, in bytes. */
async function told(): Promise<number> {
  const words = await thin.page.getByText('This class so far').locator('xpath=..').innerText()
  const [, number, unit] = /([\d.]+)\s*(kB|MB|GB)/.exec(words) ?? []
  return Number(number) * { kB: 1e3, MB: 1e6, GB: 1e9 }[unit as 'kB' | 'MB' | 'GB']
}

/** At the moment the page's figure changes: it is drawn in steps. */
async function atNextStep(): Promise<[told: number, carried: number]> {
  const before = await told()
  await until('the next step', async () => (await told()) !== before, 60)
  return [await told(), carried()]
}

it('counts within a tenth what the cable carries', async () => {
  await joinRoom(thin.learner, thin.product.demo.liveSessionId)
  await seesPictures(thin.page, 1, 30)
  await thin.page.getByRole('button', { name: 'More', exact: true }).click()
  await thin.page.getByRole('menuitem', { name: 'Data and quality' }).click()
  const [toldAtFirst, carriedAtFirst] = await atNextStep()
  await sleep(60_000)
  const [toldAtLast, carriedAtLast] = await atNextStep()
  const [said, real] = [toldAtLast - toldAtFirst, carriedAtLast - carriedAtFirst]
  console.log(`FIGURE meter: ${(said / 1e6).toFixed(1)} MB told of ${(real / 1e6).toFixed(1)} MB carried`)
  expect(Math.abs(said / real - 1)).toBeLessThan(0.1)
})
