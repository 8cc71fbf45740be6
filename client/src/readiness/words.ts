/** What a check says: to the person who made it, and of a learner to their mentor. Pure. */
import { checkDays, type ReadinessResult, type Verdict } from '@peerlearn/contract/readiness'
import { reasonsOf, verdictOf } from '@peerlearn/contract/readiness-verdict'
import type { ReadinessReason } from '@peerlearn/contract/readiness-verdict'
import type { StateKind } from '../ui/state-icons.ts'

export interface Advice {
  title: string
  /** What to do about it. */
  text: string
}

export const verdictKinds: Record<Verdict, StateKind> = {
  ready: 'good',
  turn: 'info',
  voice: 'warn',
  trouble: 'bad',
}

/** A microphone that nobody heard is no reason to stay away, and one to look at. */
export function kindOf(result: ReadinessResult): StateKind {
  const verdict = verdictOf(result)
  return verdict === 'ready' && result.microphone === 'silent' ? 'warn' : verdictKinds[verdict]
}

/** "8.4 Mbit/s", "320 kbit/s". */
export function rateWords(bits: number): string {
  if (bits < 995_000) return `${Math.max(1, Math.round(bits / 1000))} kbit/s`
  const mega = bits / 1_000_000
  return `${mega < 10 ? Math.round(mega * 10) / 10 : Math.round(mega)} Mbit/s`
}

export const shareWords = (share: number): string =>
  share > 0 && share < 0.01 ? 'under 1 %' : `${Math.round(share * 100)} %`

const wayNames: Record<NonNullable<ReadinessResult['best']>, string> = {
  udp: 'direct connection',
  tcp: 'direct connection over TCP',
  'turn-udp': 'connection through a relay',
  'turn-tcp': 'connection through a relay',
  'turn-tls': 'connection through a relay',
}

/** "direct connection, 8 Mbit/s down": the link alone. */
function connectionWords({ best, downBits }: ReadinessResult): string {
  if (best === null) return 'no connection to the media server'
  return downBits === null ? wayNames[best] : `${wayNames[best]}, ${rateWords(downBits)} down`
}

/** The verdict in one line. */
export function verdictLine(result: ReadinessResult): string {
  const [gravest] = reasonsOf(result)
  const verdict = verdictOf(result)
  if (verdict === 'ready') return `${openingOf(result)}: ${connectionWords(result)}`
  if (verdict === 'turn') return `You can join: ${connectionWords(result)}`
  if (verdict === 'voice') return `Choose Voice in class: ${connectionWords(result)}`
  return gravest ? adviceOf(gravest).title : 'This device can’t join a class yet'
}

/** No more than what the advice below it leaves true. */
function openingOf(result: ReadinessResult): string {
  const reasons = reasonsOf(result)
  if (reasons.includes('camera-cannot-be-sent')) return 'You can join'
  const isDevice = (reason: ReadinessReason) => /^(microphone|camera)-/.test(reason)
  return reasons.some(isDevice) ? 'Your connection is good' : 'You’re good'
}

/**
 * Where a result was kept, and whom it is for. `sessions`: with how many it was kept; undefined: it is on its way, null: it
 * could not be kept.
 */
export function keptWords(sessions: number | null | undefined, mentor: boolean): string {
  if (sessions === undefined) return ''
  if (sessions === null)
    return `This result could not be kept${mentor ? '' : ', so your mentor does not see it'}. Check again in a moment.`
  const later = `class that you book in the next ${checkDays} days`
  if (sessions === 0) return `Kept for any ${later}, where your mentor sees it.`
  const now = sessions === 1 ? 'your coming session' : `your ${sessions} coming sessions`
  if (mentor) return `Kept with ${now}, and for any ${later}.`
  return `Kept with ${now}, where your mentor sees it, and for any ${later}.`
}

/** The same where it stands below what was said of the devices: "Direct connection, 8 Mbit/s down". */
export function verdictBelow(result: ReadinessResult): string {
  return verdictOf(result) === 'ready' ? sentence(connectionWords(result)) : verdictLine(result)
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

const nearer = 'Move nearer to your Wi-Fi or plug in a cable, and stop downloads on this network.'

const advice: Record<ReadinessReason, Advice> = {
  'no-way': {
    title: 'Your network lets no class through',
    text: 'Neither UDP, TCP nor a relay reaches the media server. Switch a VPN off, or try another network, for instance your phone’s hotspot.',
  },
  'microphone-blocked': {
    title: 'Your microphone can’t be used',
    text: 'Allow the microphone by the icon beside the address, and close other programs that use it. Then check again.',
  },
  'microphone-missing': {
    title: 'No microphone was found',
    text: 'Plug one in or switch your headset on, then check again. Without one you can listen, and write in the chat.',
  },
  'link-too-thin': {
    title: 'Your connection is too thin even for voices',
    text: `${nearer} Or try another network.`,
  },
  'link-too-lossy': {
    title: 'Your connection loses too much for a conversation',
    text: `${nearer} Or try another network.`,
  },
  'link-too-far': {
    title: 'Your connection answers too late for a conversation',
    text: `Switch a VPN off. ${nearer}`,
  },
  'voice-cannot-be-sent': {
    title: 'Your connection is too thin to send your voice',
    text: `${nearer} You can still listen, and write in the chat.`,
  },
  narrow: {
    title: 'Your connection is too thin for pictures',
    text: `In class, choose Voice: you hear everybody well. For pictures too: ${lower(nearer)}`,
  },
  lossy: {
    title: 'Your connection loses packets',
    text: `Pictures would freeze; in class, choose Voice. ${nearer}`,
  },
  far: {
    title: 'Your connection answers late',
    text: 'In class, choose Voice. A VPN or a busy network often is the cause.',
  },
  relayed: {
    title: 'You will come in through a relay',
    text: 'Your network lets no direct connection through, so the class takes a detour (TURN). It works; another network may be quicker.',
  },
  'no-udp': {
    title: 'Your network blocks UDP',
    text: 'The class comes over TCP instead. It works; pictures may freeze for a moment when the network is busy.',
  },
  'camera-cannot-be-sent': {
    title: 'Your connection is too thin for your camera',
    text: 'Leave your camera off in class: your voice comes through, and you see the others as before.',
  },
  'microphone-silent': {
    title: 'We heard nothing from your microphone',
    text: 'Say something and check again. If it stays silent, choose another microphone or switch its mute off.',
  },
  'camera-blocked': {
    title: 'Your camera can’t be used',
    text: 'If you want to be seen, allow the camera by the icon beside the address, and close other programs that use it.',
  },
  'camera-missing': {
    title: 'No camera was found',
    text: 'You can join without: others see your initials.',
  },
}

export const adviceOf = (reason: ReadinessReason): Advice => advice[reason]

/** A learner's reasons in a mentor's words, the gravest first: "UDP blocked, TCP works". */
export function reasonWords(result: ReadinessResult): string[] {
  const loss = shareWords(Math.max(result.lossDown ?? 0, result.lossUp ?? 0))
  const down = result.downBits === null ? '' : `${rateWords(result.downBits)} down`
  const up = result.upBits === null ? '' : `${rateWords(result.upBits)} up`
  const words: Record<ReadinessReason, string> = {
    'no-way': 'their network lets no class through',
    'microphone-blocked': 'microphone blocked',
    'microphone-missing': 'no microphone',
    'link-too-thin': `only ${down}, too little for voices`,
    'link-too-lossy': `loses ${loss} of packets`,
    'link-too-far': `answers only after ${result.rttMs} ms`,
    'voice-cannot-be-sent': `only ${up}: can listen, not speak`,
    narrow: down ? `only ${down}` : 'too thin to measure',
    lossy: `loses ${loss} of packets`,
    far: `answers after ${result.rttMs} ms`,
    relayed: relayWords[result.best ?? ''] ?? 'through TURN',
    'no-udp': 'UDP blocked, TCP works',
    'camera-cannot-be-sent': `only ${up}: camera better off`,
    'microphone-silent': 'microphone was silent',
    'camera-blocked': 'camera blocked',
    'camera-missing': 'no camera',
  }
  return reasonsOf(result).map((reason) => words[reason])
}

const relayWords: Record<string, string> = {
  'turn-udp': 'TURN over UDP',
  'turn-tcp': 'TURN over TCP',
  'turn-tls': 'TURN over TLS',
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
