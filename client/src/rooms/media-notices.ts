/** What is told of media, put where it belongs. */
import type { ClientNotices } from '@peerlearn/contract/client-channel'
import type { News } from './news.svelte.ts'
import type { RoomFacts } from './room-facts.svelte.ts'
import type { RoomLink } from './room-link.svelte.ts'
import type { RoomMedia } from './room-media.ts'

type On = <N extends keyof ClientNotices>(name: N, handle: (data: ClientNotices[N]) => void) => void

interface Kept {
  facts: RoomFacts
  link: RoomLink
  media: RoomMedia
  news: News
}

/** Keeps facts and media as the server tells them, by handlers given to `on`. */
export function hearMedia(on: On, { facts, link, media, news }: Kept): void {
  on('producer.opened', (producer) => {
    const again = facts.producers.some((p) => p.peerId === producer.peerId && p.source === producer.source)
    facts.addProducer(producer)
    if (producer.source === 'screen' && producer.peerId !== facts.peerId && !again)
      news.tell(`${facts.nameOfPeer(producer.peerId)} is sharing their screen.`)
  })
  on('producer.closed', ({ producerId }) => {
    facts.removeProducer(producerId)
    media.expectLess()
  })
  on('producer.paused', ({ producerId }) => {
    facts.setPaused(producerId, true)
    media.expectLess()
  })
  on('producer.resumed', ({ producerId }) => facts.setPaused(producerId, false))
  on('consumer.opened', (info) => media.open(info))
  on('consumer.closed', ({ consumerId }) => {
    media.remove(consumerId)
    media.expectLess()
  })
  on('speakers.changed', ({ speakers }) => facts.setSpeakers(speakers.map(({ peerId }) => peerId)))
  on('peer.connection', ({ peerId, connection }) => facts.setConnection(peerId, connection))
  on('layers.wanted', ({ producerId, layer }) => media.limit(producerId, layer))
  on('codecs.changed', ({ codecs }) => {
    link.codecs = codecs
    media.speak(codecs)
  })
  on('receiving.changed', (receiving) => (link.receiving = receiving))
  on('link.changed', (learner) => link.setLearner(learner))
  on('media.moving', () => void media.move())
}
