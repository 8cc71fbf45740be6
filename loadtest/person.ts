/** Somebody in a class, as light as can be: the page's signalling and media without a page. Comes back when it must. */
import type { ClientOutput } from '@peerlearn/contract/client-channel'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { rtpCapabilities } from '../sfu/test/rtp.ts'
import { LightMedia, type MediaWish } from './media.ts'
import { mayPass, Mending, type Need } from './mending.ts'
import { Reception } from './reception.ts'
import { Screen, type ScreenWish } from './screen.ts'
import { LightSocket, type Told } from './socket.ts'

export interface PersonWish extends MediaWish, ScreenWish {
  url: string
  sessionId: string
  /** A ticket for one socket. */
  ticket: () => Promise<string>
}
type MediaAnswer = Pick<ClientOutput<'media.rejoin'>, 'producers' | 'iceServers'> & {
  media: ClientOutput<'media.rejoin'>['media']
}

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
  readonly #screen: Screen
  readonly #mending: Mending
  #socket: LightSocket | undefined
  #companyAtJoin = false
  #gone = false

  constructor(wish: PersonWish) {
    this.wish = wish
    this.#screen = new Screen(wish, {
      // Its socket is away: asked anew when it is back.
      tell: (view) => void this.request('view.set', view).catch(() => undefined),
      changed: () => this.#judgeDue(),
    })
    this.#mending = new Mending({
      meet: (need) => this.#meet(need),
      hasSocket: () => this.#socket?.open === true,
      trouble: (text) => this.troubles.push(text),
    })
  }

  /** Opens the socket and asks what the green room asks. */
  async prepare(): Promise<void> {
    await this.#open()
    await this.request('room.prepare', { sessionId: this.wish.sessionId })
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
        if (Date.now() > until || !mayPass(error)) throw error
      }
    }
  }

  request: LightSocket['request'] = async (method, data) => {
    if (!this.#socket) throw new Error('there is no socket')
    return this.#socket.request(method, data)
  }

  get connected(): boolean {
    return this.#socket?.open === true && !this.#mending.running
  }

  async leave(): Promise<void> {
    this.#gone = true
    this.#mending.stop()
    this.#screen.close()
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
      () => this.#lacks('seat'),
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
    if (answer.media) return this.#startMedia({ ...answer, media: answer.media })
    this.#screen.know(answer.producers, this.peerId)
    this.#screen.show()
  }

  async #startMedia({ producers, media: setup, iceServers }: MediaAnswer, moves = false): Promise<void> {
    const before = this.media
    this.#screen.know(producers, this.peerId)
    const { request, reception, wish } = this
    const media = new LightMedia({ ...wish, setup, iceServers, request, reception })
    this.consumersMade += setup.consumers.length
    // While it moves, the earlier ones go on until the new ones carry.
    if (!moves) await before?.close()
    this.media = media
    this.#screen.show()
    await media.start()
    if (this.#gone) await media.close()
  }

  #lacks(need: Need): void {
    if (this.peerId) this.#mending.need(need)
  }

  async #meet(need: Need): Promise<void> {
    if (need === 'seat') {
      if (!this.#socket?.open) await this.#open()
      return this.#takeSeat()
    }
    const moves = need === 'media.move'
    const old = this.media
    const coming = { rtpCapabilities, view: { videos: this.wish.tiles } }
    await this.#startMedia(await this.request(need, coming), moves)
    if (!moves) return
    // The old ones go when the new ones carry: here to us, and with some time also from us to the others.
    await Promise.race([this.media?.carries, sleep(5_000)])
    await sleep(1_000)
    await this.request('media.moved', {})
    await old?.close()
  }

  #hear(told: Told): void {
    this.#screen.hear(told)
    switch (told.event) {
      case 'consumer.opened':
        this.consumersMade++
        this.media?.opened(told.data)
        return this.#judgeDue()
      case 'consumer.closed':
        return this.media?.closedConsumer(told.data.consumerId)
      case 'layers.wanted':
        return this.media?.layersWanted(told.data.producerId, told.data.layer)
      case 'media.lost':
        return this.#lacks('media.rejoin')
      case 'media.moving':
        return this.#lacks('media.move')
      case 'chat.message':
        this.heardChat.push(told.data.data.clientId)
    }
  }

  #judgeDue(): void {
    this.media?.due((info) => this.#screen.isDue(info))
  }
}
