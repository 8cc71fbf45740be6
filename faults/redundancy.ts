/** A mentor and a learner with real browsers behind one bad link: what one says is lost on the way up, and again on the way down. */
import type { Page } from 'playwright-core'
import { joinRoom } from '../client/e2e/in-room.ts'
import { hears, newPerson, signIn, type Person } from '../client/e2e/person.ts'
import type { ThinClass } from './thin-class.ts'
import { watch } from './watch.ts'

/** Both are in the room, and one hears the other; neither browser knows RED where `red` is false. */
export async function talking(thin: ThinClass, { red = true } = {}) {
  const { browser, product } = thin
  const both: Person[] = []
  for (const account of [product.demo.mentor, product.demo.learners[0]]) {
    const person = await newPerson(browser, product.url)
    both.push(person)
    await person.page.addInitScript(haveVoice)
    if (!red) await person.page.addInitScript(knowNoRed)
    await signIn(person, account)
    await joinRoom(person, product.demo.liveSessionId)
  }
  const [speaker, listener] = both as [Person, Person] // as just made
  await hears(listener.page, 1, 30)
  await watch(listener.page)
  return { speaker, listener, leave: () => Promise.all(both.map((person) => person.leave())) }
}

/** How what is played now is sent, by the description of its stream. */
export const heardAs = (page: Page): Promise<'red' | 'opus' | null> =>
  page.evaluate(() => {
    const played = [...document.querySelectorAll('audio')].flatMap(({ srcObject }) =>
      srcObject instanceof MediaStream ? srcObject.getAudioTracks().map(({ id }) => id) : [],
    )
    for (const connection of window.keptPeerConnections) {
      if (connection.connectionState === 'closed') continue
      const transceiver = connection
        .getTransceivers()
        .find(({ receiver }) => played.includes(receiver.track.id))
      const sections = connection.remoteDescription?.sdp.split(/^(?=m=)/m) ?? []
      const section = sections.find((one) => one.includes(`a=mid:${transceiver?.mid}\r\n`))
      if (section) return section.includes(' red/48000/2') ? 'red' : 'opus'
    }
    return null
  })

/** Runs in the page: instead of beeps, a microphone with something like a voice that never pauses. */
function haveVoice(): void {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  let voice: MediaStreamTrack | undefined
  navigator.mediaDevices.getUserMedia = async (wish) => {
    if (!wish?.audio) return real(wish)
    const stream = await real(wish)
    for (const beeps of stream.getAudioTracks()) stream.removeTrack(beeps)
    voice ??= makeVoice()
    if (voice) stream.addTrack(voice.clone())
    return stream
  }
  function makeVoice(): MediaStreamTrack | undefined {
    const context = new AudioContext({ sampleRate: 48_000 })
    const buffer = context.createBuffer(1, 48_000 * 20, 48_000)
    const samples = buffer.getChannelData(0)
    let [phase, seed] = [0, 7]
    const noise = () => ((seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647) * 2 - 1
    const formants = [
      { at: 500, by: 250, width: 90 },
      { at: 1_500, by: 600, width: 130 },
    ].map((one) => ({ ...one, a: 0, b: 0 }))
    for (let n = 0; n < samples.length; n++) {
      const s = n / 48_000
      phase = (phase + (130 + 40 * Math.sin(s * 2.1) + 15 * Math.sin(s * 7.3)) / 48_000) % 1
      const tone = (1 - 2 * phase) * 0.5 + noise() * 0.12
      let sum = tone * 0.04
      for (const formant of formants) {
        const r = Math.exp((-Math.PI * formant.width) / 48_000)
        const turn = Math.cos((2 * Math.PI * (formant.at + formant.by * Math.sin(s * 5))) / 48_000)
        const next = 2 * r * turn * formant.a - r * r * formant.b + tone * 0.025
        formant.b = formant.a
        formant.a = next
        sum += next
      }
      const syllable = 0.35 + 0.65 * Math.abs(Math.sin(s * 6.1))
      samples[n] = Math.max(-1, Math.min(1, sum * syllable * 0.6))
    }
    const source = new AudioBufferSourceNode(context, { buffer, loop: true })
    const out = context.createMediaStreamDestination()
    source.connect(out)
    source.start()
    return out.stream.getAudioTracks()[0]
  }
}

/** Runs in the page: a browser without RED. */
function knowNoRed(): void {
  type Offer = (this: RTCPeerConnection) => Promise<RTCSessionDescriptionInit>
  const real = Reflect.get(RTCPeerConnection.prototype, 'createOffer') as Offer
  Object.assign(RTCPeerConnection.prototype, {
    async createOffer(this: RTCPeerConnection) {
      const { type, sdp = '' } = await real.call(this)
      const red = /^a=rtpmap:(\d+) red\/48000\/2\r\n/m.exec(sdp)?.[1]
      const lines = new RegExp(`^a=(rtpmap|fmtp|rtcp-fb):${red} .*\\r\\n`, 'gm')
      const without = sdp.replace(lines, '').replace(new RegExp(`^(m=audio .*) ${red}\\b`, 'gm'), '$1')
      return { type, sdp: red ? without : sdp }
    },
  })
}
