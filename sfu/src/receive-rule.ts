/**
 * What should flow to one peer now: from what is offered, what is on its screen, who is heard, how it wants to receive,
 * and what its link takes. Pure; `Receiver` makes it so.
 */
import { receiveCeiling } from '@peerlearn/contract/media'
import type { FirstView, ProducerInfo, ReceiveMode, Tile } from '@peerlearn/contract/media'
import type { ReceiveRule } from '@peerlearn/contract/sfu'
import type { Audibles } from './audible.ts'
import { layerOf, mostWantedFirst, priorityOf } from './layers.ts'
import type { Offer } from './supply.ts'

export interface Outlook {
  offers: readonly Offer[]
  /** The tiles on screen, most wanted first; until they are known, how many will fit. */
  view: readonly Tile[] | FirstView
  rule: ReceiveRule
  audibles: Audibles
  /** Bits a second that the link was seen to carry; null: no limit was met. */
  link: number | null
  /** Bits a second of a layer, with all headers; undefined: never seen. */
  rate: (producerId: string, layer: number) => number | undefined
  /** Was that seen long ago? A layer is planned with what is usual, then, if it is less: seen again, it is known. */
  isOld: (producerId: string, layer: number) => boolean
  flows: (producerId: string) => boolean
}

/** flow: false is a consumer that is kept paused, because its turn may come at any moment. */
interface Wish {
  readonly flow: boolean
  readonly layer: number
  readonly priority: number
}
/** By producer. What is not in it is not wanted. */
export type Plan = Map<string, Wish>

/** Of a ceiling, what is planned with: the rest is for repairs, reports, and rates that rise before they are seen. */
const plannedShare = 0.85
/** What does not flow yet must fit with this much to spare, so that it does not come and go. */
const headroom = 1.15
const saverVideos = 4
/** Of a ceiling and of a narrow link, what sounds may take when there are several: they outlive pictures. */
const soundShare = { ofCeiling: 0.5, ofLink: 0.9 }

/** Bits a second of what was never seen: sound, then a camera's layers from the smallest. */
const usualSound = 52_000
const usualLayers = [130_000, 400_000, 1_100_000]
/**
 * The lower of a screen's two streams is made for the mode that shows slides, and its sender holds it to this: a new slide is a
 * burst, not a rate. Were it planned with what such a burst took, it would be paused, hence not sent, hence never measured again.
 */
const usualLowerScreen = 62_000
const screenBurst = 450_000
/**
 * Who chose slides gets them, also where a slide's burst was lost: paused, they would come back with a key frame, a burst again.
 * With less than this they are for nobody; voice alone is the mode for that.
 */
const leastForSlides = 130_000

interface Video {
  offer: Offer
  layer: number
}

export function planReceiving(outlook: Outlook): Plan {
  const plan: Plan = new Map()
  const room = roomFor(outlook)
  let left = room
  for (const { producerId, flow } of sounds(outlook)) {
    plan.set(producerId, { flow, layer: 0, priority: 1 })
    if (flow) left -= soundRate(outlook, producerId)
  }
  const videos = wantedVideos(outlook)
  const layers = fittingLayers(outlook, videos, left)
  videos.forEach(({ offer }, place) => {
    const layer = layers[place] ?? -1
    plan.set(offer.info.producerId, {
      flow: layer >= 0,
      layer: Math.max(0, layer),
      priority: priorityOf(place),
    })
  })
  return plan
}

/** Bits a second of a plan, as far as they were seen. */
export function bitsOf(plan: Plan, { offers, rate }: Outlook, kind?: ProducerInfo['kind']): number {
  return offers.reduce((sum, { info }) => {
    const wish = plan.get(info.producerId)
    const counts = wish?.flow && !info.paused && (!kind || info.kind === kind)
    return counts ? sum + (rate(info.producerId, wish.layer) ?? 0) : sum
  }, 0)
}

/** Bits a second for everything; Infinity: as much as there is. */
export function roomFor({ rule, link }: Pick<Outlook, 'rule' | 'link'>): number {
  const believed = rule.mode === 'slides' ? leastForSlides : 0
  return Math.min(ceilingOf(rule) * plannedShare, Math.max(link ?? Infinity, believed))
}

/**
 * What the worker may send of pictures and probes, and what it may take for granted. Where the lower stream of a screen flows,
 * a new slide goes through in one piece: if its burst exceeded either, the worker would stop in the midst of it and ask for a
 * key frame, which is another burst, for ever.
 */
export function roomForPictures(plan: Plan, outlook: Outlook): { most: number; least: number } {
  const most = roomFor(outlook) - bitsOf(plan, outlook, 'audio')
  const hasSlides = outlook.offers.some((offer) => {
    const wish = plan.get(offer.info.producerId)
    return wish?.flow && isLowerScreen(offer, wish.layer)
  })
  return hasSlides ? { most: Math.max(most, screenBurst), least: screenBurst } : { most, least: 0 }
}

/** Bits a second that the rule allows; Infinity: it does not say. */
const ceilingOf = ({ mode, maxBitrate }: ReceiveRule) =>
  Math.min(receiveCeiling[mode] ?? Infinity, maxBitrate ?? Infinity)

const soundsOf: Record<ReceiveMode, (offer: Offer) => boolean> = {
  full: () => true,
  saver: () => true,
  slides: ({ mentor }) => mentor,
  voice: ({ info }) => info.source === 'microphone',
}

function sounds(outlook: Outlook): { producerId: string; flow: boolean }[] {
  const { offers, rule, audibles, link } = outlook
  const heard = offers.filter((offer) => offer.info.kind === 'audio' && soundsOf[rule.mode](offer))
  const kept = heard.filter(
    (offer) => offer.mentor || offer.info.source !== 'microphone' || isNear(audibles, offer.info.producerId),
  )
  const only = rule.mode === 'voice' ? theOneVoice(kept, audibles) : undefined
  const allowed = Math.min(ceilingOf(rule) * soundShare.ofCeiling, (link ?? Infinity) * soundShare.ofLink)
  let left = Math.max(allowed, usualSound)
  return inOrderOfVoices(kept, audibles).map((offer, place) => {
    const { producerId } = offer.info
    const rate = soundRate(outlook, producerId)
    const isWanted = rule.mode === 'voice' ? offer === only : offer.mentor || isSent(audibles, offer)
    const flow = isWanted && (place === 0 || rule.mode === 'voice' || rate <= left)
    if (flow) left -= rate
    return { producerId, flow }
  })
}

const isNear = ({ near, sent }: Audibles, producerId: string) =>
  near === 'all' || near.has(producerId) || (sent !== 'all' && sent.has(producerId))
const isSent = ({ sent }: Audibles, { info }: Offer) =>
  sent === 'all' || info.source !== 'microphone' || sent.has(info.producerId)

/** The mentor's microphone, those who speak, the other microphones, and the sound of screens. */
function inOrderOfVoices(offers: readonly Offer[], { voices }: Audibles): Offer[] {
  const rank = ({ info, mentor }: Offer) => {
    const voice = voices.indexOf(info.producerId)
    return info.source !== 'microphone' ? 2_000 : mentor ? -1 : voice === -1 ? 1_000 : voice
  }
  return [...offers].sort((a, b) => rank(a) - rank(b))
}

/** Who speaks, when that is known; else the mentor, or whoever has an open microphone. */
function theOneVoice(microphones: readonly Offer[], { voices }: Audibles): Offer | undefined {
  const open = microphones.filter(({ info }) => !info.paused)
  const speaking = voices.map((id) => open.find(({ info }) => info.producerId === id))
  return speaking.find((offer) => offer) ?? open.find(({ mentor }) => mentor) ?? open[0]
}

function wantedVideos({ offers, view, rule }: Outlook): Video[] {
  if (rule.mode === 'voice') return []
  const videos = offers.filter(
    ({ info }) => info.kind === 'video' && (rule.mode !== 'slides' || info.source === 'screen'),
  )
  const shown =
    'videos' in view
      ? firstVideos(videos).slice(0, view.videos)
      : view.flatMap(({ producerId, height }) => {
          const offer = height > 0 && videos.find(({ info }) => info.producerId === producerId)
          return offer ? [{ offer, layer: layerOf(offer, height) }] : []
        })
  const wanted = onceEach(shown).sort((a, b) => mostWantedFirst(a.offer, b.offer))
  if (rule.mode === 'full') return wanted
  return wanted.slice(0, saverVideos).map(({ offer }) => ({ offer, layer: 0 }))
}

/** A video in several tiles comes once, as the largest of them needs it. */
function onceEach(shown: readonly Video[]): Video[] {
  const layers = new Map<Offer, number>()
  for (const { offer, layer } of shown) layers.set(offer, Math.max(layer, layers.get(offer) ?? 0))
  return Array.from(layers, ([offer, layer]) => ({ offer, layer }))
}

/** Small, so that they come quickly; a screen whole. */
const firstVideos = (offers: readonly Offer[]): Video[] =>
  [...offers]
    .sort(mostWantedFirst)
    .map((offer) => ({ offer, layer: offer.info.source === 'screen' ? offer.layers - 1 : 0 }))

/** The layer of each video, -1 for one that has no place: first the smallest for each in turn, then larger ones. */
function fittingLayers(outlook: Outlook, videos: Video[], room: number): number[] {
  if (room === Infinity) return videos.map(({ layer }) => layer)
  let left = room
  const chosen = videos.map(({ offer }) => {
    const { producerId, paused } = offer.info
    if (paused) return 0
    const rate = videoRate(outlook, offer, 0)
    const asked = outlook.flows(producerId) ? rate : rate * headroom
    if (asked > left) return -1
    left -= rate
    return 0
  })
  return videos.map(({ offer, layer }, place) => {
    let best = chosen[place] ?? -1
    for (let next = best + 1; best >= 0 && next <= layer; next++) {
      const more = videoRate(outlook, offer, next) - videoRate(outlook, offer, best)
      if (more * headroom > left) break
      left -= more
      best = next
    }
    return best
  })
}

const soundRate = ({ rate, offers }: Outlook, producerId: string) =>
  offers.find(({ info }) => info.producerId === producerId)?.info.paused
    ? 0
    : (rate(producerId, 0) ?? usualSound)

const isLowerScreen = ({ info, layers }: Offer, layer: number) =>
  info.source === 'screen' && layers > 1 && layer === 0

function videoRate({ rate, isOld }: Outlook, offer: Offer, layer: number): number {
  const { producerId } = offer.info
  const seen = rate(producerId, layer)
  if (isLowerScreen(offer, layer)) return Math.min(seen ?? Infinity, usualLowerScreen)
  const usual = usualLayers[layer + (offer.layers === 1 ? 1 : 0)] ?? 1_500_000
  return seen === undefined || isOld(producerId, layer) ? Math.min(seen ?? Infinity, usual) : seen
}
