/** Somebody in a class, as light as can be: the page's signalling and media without a page. Comes back when it must. */
import type { ClientOutput } from '@peerlearn/contract/client-channel'
import type { ConsumerInfo, ProducerInfo, Source } from '@peerlearn/contract/media'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { rtpCapabilities } from '../sfu/test/rtp.ts'
import { Refused } from './api.ts'
import { LightMedia, type MediaWish } from './media.ts'
import { Reception } from './reception.ts'
import { LightSocket, type Told } from './socket.ts'

export interface PersonWish extends MediaWish {
  url: string
  sessionId: string
  /** A ticket for one socket. */
  ticket: () => Promise<string>
  /** Pictures on screen at most, and the device pixels of each. */
  tiles: number
  tile?: { width: number; height: number }
  /** Where in the row of pictures the view begins: not everybody looks at the same ones. */
  viewFrom?: number
}
type Need = 'seat' | 'media.rejoin' | 'media.move'
type MediaAnswer = Pick<ClientOutput<'media.rejoin'>, 'producers' | 'iceServers'> & {
  media: ClientOutput<'media.rejoin'>['media']
}

const small = { width: 320, height: 180 }
/** Refusals that pass: the server, a node or the database is away for a moment. */
const passing = new Set([
  'media-unavailable',
  'not-ready',
  'internal-error',
  'peer-lost',
  'not-in-room',
  'media-full',
  'timeout',
])

export class LightPerson {
  readonly wish: PersonWish
  readonly reception = new Reception()
  /** From the click (the request to join) to the first media packet of somebody else. */
  joinMs: number | undefined
  /** Consumers made for this person so far. */
  consumersMade = 0
  /** What was said in the room, by its client id, in the order it came. */
  readonly heardChat: string[] = []
  /** Who is in the room, as the last answer to a join said. */
  people: { userId: string; peerId: string }[] = []
  readonly troubles: string[] = []
  peerId: string | undefined
  media: LightMedia | undefined
  joins = 0
  #socket: LightSocket | undefined
  #producers = new Map<string, ProducerInfo>()
  #shown = new Set<string>()
  #viewTimer: NodeJS.Timeout | undefined
  #mending: Promise<void> | undefined
  #needs: Need | undefined
  #companyAtJoin = false
  #gone = false

  constructor(wish: PersonWish) {
    this.wish = wish
  }

  /** Opens the socket and asks what the green room asks. */
  async prepare(): Promise<void> {
    await this.#open()
    await this.#socket!.request('room.prepare', { sessionId: this.wish.sessionId })
  }

  /** The click on Join. Resolves when media are connected both ways. @throws Refused */
  async join(): Promise<void> {
    if (!this.#socket?.open) await this.prepare()
    const click = performance.now()
    // Whoever comes first has nobody to wait for.
    void this.reception.first().then((at) => {
      if (this.#companyAtJoin) this.joinMs = at - click
    })
    await this.#takeSeat()
  }

  /** Says something and says it again until the product has it, as a page does. @returns its id */
  async say(text: string, limitMs = 60_000): Promise<string> {
    const clientId = randomUUID()
    for (const until = Date.now() + limitMs; ; await sleep(200)) {
      try {
        await this.request('chat.send', { clientId, text })
        return clientId
      } catch (error) {
        if (Date.now() > until || (error instanceof Refused && !passing.has(error.code))) throw error
      }
    }
  }

  request: LightSocket['request'] = (method, data) => {
    if (!this.#socket) throw new Error('there is no socket')
    return this.#socket.request(method, data)
  }

  get connected(): boolean {
    return this.#socket?.open === true && this.#mending === undefined
  }

  async leave(): Promise<void> {
    this.#gone = true
    clearTimeout(this.#viewTimer)
    if (this.#socket?.open) await this.#socket.request('room.leave', {}).catch(() => undefined)
    this.#socket?.close()
    await this.media?.close()
  }

  async #open(): Promise<void> {
    const ticket = await this.wish.ticket()
    this.#socket = await LightSocket.open(
      this.wish.url,
      ticket,
      (told) => this.#hear(told),
      () => this.#mend('seat'),
    )
  }

  async #takeSeat(): Promise<void> {
    const { sessionId, tiles } = this.wish
    const answer = await this.request('room.join', {
      sessionId,
      rtpCapabilities,
      view: { videos: tiles },
      ...(this.peerId && { resume: this.peerId }),
    })
    this.peerId = answer.peerId
    if (this.joins++ === 0) this.#companyAtJoin = answer.producers.some((producer) => !producer.paused)
    this.people = answer.state.people
    this.heardChat.splice(0, Infinity, ...answer.state.chat.map(({ clientId }) => clientId))
    this.#know(answer.producers)
    if (answer.media) await this.#startMedia({ ...answer, media: answer.media })
    else this.#show()
  }

  async #startMedia({ producers, media: setup, iceServers }: MediaAnswer): Promise<void> {
    const before = this.media
    this.#know(producers)
    const { request, reception, wish } = this
    const media = new LightMedia({ ...wish, setup, iceServers, request, reception })
    this.consumersMade += setup.consumers.length
    // While it moves, the earlier ones go on until the new ones carry.
    if (this.#needs !== 'media.move') await before?.close()
    this.media = media
    this.#show()
    await media.start()
    if (this.#gone) await media.close()
  }

  /** A seat is asked for again after the socket was away, media after theirs were lost or are to move. */
  #mend(need: Need): void {
    if (this.#gone || !this.peerId) return
    if (this.#needs !== 'seat') this.#needs = need
    this.#mending ??= this.#mendAll().finally(() => (this.#mending = undefined))
  }

  async #mendAll(): Promise<void> {
    for (let tries = 0; this.#needs && !this.#gone; tries++) {
      const need = this.#needs
      if (tries > 0 || need === 'seat') await sleep(Math.min(2_000, 100 * 2 ** tries) * (0.5 + Math.random()))
      try {
        await this.#meet(need)
        // What was needed meanwhile is met in the next round.
        if (this.#needs === need) this.#needs = undefined
      } catch (error) {
        this.troubles.push(`${need}: ${error instanceof Error ? error.message : String(error)}`)
        if (error instanceof Refused && !passing.has(error.code)) return
        if (!this.#socket?.open) this.#needs = 'seat'
      }
    }
  }

  async #meet(need: Need): Promise<void> {
    const coming = { rtpCapabilities, view: { videos: this.wish.tiles } }
    if (need === 'seat') {
      if (!this.#socket?.open) await this.#open()
      await this.#takeSeat()
    } else {
      const old = this.media
      await this.#startMedia(await this.request(need, coming))
      if (need === 'media.rejoin') return
      // The old ones go when the new ones carry: here to us, and with some time also from us to the others.
      await Promise.race([this.media!.carries, sleep(5_000)])
      await sleep(1_000)
      await this.request('media.moved', {})
      await old?.close()
    }
  }

  #hear(told: Told): void {
    switch (told.event) {
      case 'consumer.opened':
        this.consumersMade++
        this.media?.opened(told.data)
        return this.#judgeDue()
      case 'consumer.closed':
        return this.media?.closedConsumer(told.data.consumerId)
      case 'producer.opened':
        this.#producers.set(told.data.producerId, told.data)
        return this.#showSoon()
      case 'producer.closed':
        this.#producers.delete(told.data.producerId)
        return this.#showSoon()
      case 'producer.paused':
      case 'producer.resumed': {
        const known = this.#producers.get(told.data.producerId)
        if (known) known.paused = told.event === 'producer.paused'
        return this.#judgeDue()
      }
      case 'layers.wanted':
        return this.media?.layersWanted(told.data.producerId, told.data.layer)
      case 'media.lost':
        return this.#mend('media.rejoin')
      case 'media.moving':
        return this.#mend('media.move')
      case 'chat.message':
        this.heardChat.push(told.data.data.clientId)
    }
  }

  #know(producers: ProducerInfo[]): void {
    this.#producers = new Map(producers.map((info) => [info.producerId, info]))
  }

  /** Many come at once; the page, too, reports its tiles after it has drawn them. */
  #showSoon(): void {
    this.#viewTimer ??= setTimeout(() => {
      this.#viewTimer = undefined
      this.#show()
    }, 100)
  }

  #show(): void {
    const wanted = this.#pictures().slice(0, this.wish.tiles)
    const shown = new Set(wanted.map(({ producerId }) => producerId))
    const same = shown.size === this.#shown.size && [...shown].every((id) => this.#shown.has(id))
    this.#shown = shown
    this.#judgeDue()
    if (same && this.joins > 0 && shown.size === 0) return
    const tiles = wanted.map(({ producerId }) => ({ producerId, ...(this.wish.tile ?? small) }))
    this.request('view.set', { tiles }).catch(() => undefined) // its socket is away: asked anew when it is back
  }

  /** Everybody's pictures, screens first, then from this person's place in the row on. */
  #pictures(): ProducerInfo[] {
    const others = [...this.#producers.values()].filter(
      ({ kind, peerId }) => kind === 'video' && peerId !== this.peerId,
    )
    const from = (this.wish.viewFrom ?? 0) % Math.max(1, others.length)
    const row = [...others.slice(from), ...others.slice(0, from)]
    return row.toSorted((a, b) => rank(a.source) - rank(b.source))
  }

  #judgeDue(): void {
    this.media?.due((info: ConsumerInfo) => {
      const producer = this.#producers.get(info.producerId)
      return (
        producer !== undefined &&
        !producer.paused &&
        (info.kind === 'audio' || this.#shown.has(info.producerId))
      )
    })
  }
}

const rank = (source: Source) => (source === 'screen' ? 0 : 1)
