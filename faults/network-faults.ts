/** Faults of a learner's network, each done once and measured once; the tests say how often and what must be kept. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ThinClass } from './thin-class.ts'
import { flowDuring, freeze, nextFrame, read, soundGap } from './watch.ts'

/** Nothing passes for so long. @returns how long the picture stood still, and how long after the return it moved */
export async function blackout(thin: ThinClass, ms: number) {
  await thin.joined()
  const began = Date.now()
  await thin.hosts.fault('both', { loss: 100 })
  await sleep(ms)
  await thin.hosts.fault('both', { loss: 0 })
  const back = Date.now()
  const afterMs = await nextFrame(thin.page, back + 50, 60_000)
  await sleep(2_000) // a stumble right after the return counts
  return { freezeMs: await freeze(thin.page, began), afterMs: afterMs + 50 }
}

/** The learner walks out of one network and into another. @returns how long the picture stood still */
export async function addressChange(thin: ThinClass): Promise<number> {
  await thin.joined()
  const began = Date.now()
  thin.hosts.changeAddress()
  await nextFrame(thin.page, began + 500, 60_000)
  await sleep(3_000)
  return freeze(thin.page, began)
}

/** The learner's network lets no UDP out. @returns from the click on Join to the first picture */
export async function udpBlocked(thin: ThinClass): Promise<number> {
  const { page, product, hosts } = thin
  await thin.left()
  hosts.wall('meta l4proto udp drop')
  await page.goto(`/sessions/${product.demo.liveSessionId}/room`)
  await page.getByRole('button', { name: 'Join', exact: true }).click()
  const found = await page.waitForFunction(
    () => {
      const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime
      const [click, frame] = [at('room.click'), at('room.first-frame')]
      return click !== undefined && frame !== undefined && frame - click
    },
    undefined,
    { polling: 20 },
  )
  hosts.wall()
  return Number(await found.jsonValue())
}

/** 30 % of all packets are lost, both ways. */
export async function heavyLoss(thin: ThinClass, ms: number) {
  await thin.joined()
  await thin.hosts.fault('both', { loss: 30 })
  await sleep(3_000)
  const began = Date.now()
  const { concealed } = await flowDuring(thin.page, () => sleep(ms))
  const gapMs = await soundGap(thin.page, began)
  const { frames } = await read(thin.page)
  return {
    gapMs,
    concealed,
    frames: Object.values(frames)
      .flat()
      .filter((at) => at > began).length,
  }
}

/** A link of 200 kbit/s down and up, with a queue as a cheap router has it. */
export async function narrowLink(thin: ThinClass, ms: number) {
  await thin.joined()
  await thin.hosts.fault('both', { rate: 200, queue: 20_000 })
  await sleep(10_000) // until estimation knows the link
  const began = Date.now()
  const flow = await flowDuring(thin.page, () => sleep(ms))
  return { ...flow, gapMs: await soundGap(thin.page, began) }
}
