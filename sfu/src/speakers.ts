/** When a list of speakers is worth telling: loudest first when it changes, and once, empty, when it falls silent. */
import type { NoticeData } from './channel.ts'

type Speakers = NoticeData<'speakers.changed'>['speakers']

/** A change of loudness that is worth telling, in dB. */
const audibleStep = 6

/** The same people in the same order, about as loud. */
export function sameSpeakers(before: Speakers, now: Speakers): boolean {
  return (
    before.length === now.length &&
    now.every(({ peerId, volume }, n) => {
      const earlier = before[n]
      return earlier?.peerId === peerId && Math.abs(earlier.volume - volume) < audibleStep
    })
  )
}
