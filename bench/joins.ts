/**
 * A large class begins: 200 learners join within ten seconds, each from a click (the request to join) to the first media
 * packet of the mentor. Light participants; their own ICE and DTLS are this process's work, on the same machine.
 */
import { LightClass } from '../loadtest/class.ts'
import { percentile } from '../loadtest/run.ts'
import { ownTarget } from '../loadtest/target.ts'
import type { Figure } from './benchmark.ts'

const learners = 200
const overMs = 10_000
const goal = 1_000

export async function joins(): Promise<Figure[]> {
  const { url, admin, stop } = await ownTarget()
  try {
    const room = await LightClass.make({
      url,
      admin,
      people: learners + 1,
      publish: 1,
      tiles: 9,
      turn: false,
      decryptOneIn: 0,
      screen: false,
      believed: true,
    })
    try {
      await room.join(overMs)
      const times = await Promise.all(
        room.learners.map((learner) => learner.reception.first().then(() => learner)),
      )
      return figures(times.flatMap(({ joinMs }) => joinMs ?? []))
    } finally {
      await room.close()
    }
  } finally {
    await stop()
  }
}

function figures(times: number[]): Figure[] {
  const [p50, p95] = [percentile(times, 0.5) ?? Infinity, percentile(times, 0.95) ?? Infinity]
  return [
    { name: `${learners} joins in 10 s, p50`, value: p50, unit: 'ms', goal: '-', ok: true },
    { name: `${learners} joins in 10 s, p95`, value: p95, unit: 'ms', goal: `≤ ${goal}`, ok: p95 <= goal },
    {
      name: `${learners} joins in 10 s, came`,
      value: times.length,
      unit: 'people',
      goal: String(learners),
      ok: times.length === learners,
    },
  ]
}
