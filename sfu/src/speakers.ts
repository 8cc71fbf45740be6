/** Who speaks: told loudest first when it changes, and once, empty, when it falls silent. */
import type { types } from 'mediasoup'
import type { NoticeData, TellRoom } from './channel.ts'

type Speakers = NoticeData<'speakers.changed'>['speakers']

/** A change of loudness that is worth telling, in dB. */
const audibleStep = 6

/** Listens to one host's loudness; mediasoup reports at the observer's interval, so this is no flood. */
export function tellSpeakers(loudness: types.AudioLevelObserver, tell: TellRoom): void {
  let told: Speakers = []
  const consider = (speakers: Speakers) => {
    if (sameSpeakers(told, speakers)) return
    told = speakers
    tell('speakers.changed', { speakers })
  }
  loudness.on('volumes', (volumes) =>
    consider(volumes.map(({ producer, volume }) => ({ peerId: String(producer.appData.peerId), volume }))),
  )
  loudness.on('silence', () => consider([]))
}

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
