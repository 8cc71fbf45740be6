/**
 * What a learner's page takes of their link by default: a real Chromium of usual size shows one shared screen, nine
 * cameras and hears the room. The senders are light participants with recorded media of a real encoder.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { framesShown } from '../client/e2e/person.ts'
import { ClassHere } from '../faults/class-here.ts'
import { flowDuring } from '../faults/watch.ts'
import type { Figure } from './benchmark.ts'

const goal = 1_200
/** The screen and nine cameras: a page that shows less takes less. */
const shown = 10

export async function downlink(): Promise<Figure[]> {
  // High enough for nine cameras beside the screen.
  const viewport = { width: 1920, height: 1700 }
  const here = await ClassHere.open({ people: 9, publish: 9, screen: true, viewport })
  try {
    await sleep(15_000) // until estimation and layers have settled
    const before = await framesShown(here.page)
    const { bitsDown } = await flowDuring(here.page, () => sleep(20_000))
    const after = await framesShown(here.page)
    const moving = Object.keys(after).filter((tile) => after[tile]! > (before[tile] ?? 0) + 20)
    const kbits = Math.round(bitsDown / 1000)
    return [
      {
        name: 'downlink, screen and nine cameras',
        value: kbits,
        unit: 'kbit/s with all headers',
        goal: `≤ ${goal}`,
        ok: kbits <= goal,
      },
      {
        name: 'downlink, pictures that move',
        value: moving.length,
        unit: 'tiles',
        goal: `≥ ${shown}`,
        ok: moving.length >= shown,
      },
    ]
  } finally {
    await here.close()
  }
}
