/** What is told of media, put where it belongs. */
import type { ClientNotices } from '@peerlearn/contract/client-channel'
import type { Media } from './media.ts'
import type { News } from './news.svelte.ts'
import type { RoomFacts } from './room-facts.svelte.ts'

type On = <N extends keyof ClientNotices>(name: N, handle: (data: ClientNotices[N]) => void) => void

/** Keeps facts and media as the server tells them, by handlers given to `on`. */
export function hearMedia(on: On, facts: RoomFacts, media: Media, news: News): void {
  on('producer.opened', (producer) => {
    facts.addProducer(producer)
    if (producer.source === 'screen' && producer.peerId !== facts.peerId)
      news.tell(`${facts.nameOfPeer(producer.peerId)} is sharing their screen.`)
  })
  on('producer.closed', ({ producerId }) => facts.removeProducer(producerId))
  on('producer.paused', ({ producerId }) => facts.setPaused(producerId, true))
  on('producer.resumed', ({ producerId }) => facts.setPaused(producerId, false))
  on('consumer.opened', (info) => void media.open(info))
  on('consumer.closed', ({ consumerId }) => {
    media.remove(consumerId)
    facts.removeIncoming(consumerId)
  })
  on('speakers.changed', ({ speakers }) => facts.setSpeakers(speakers.map(({ peerId }) => peerId)))
  on('peer.connection', ({ peerId, connection }) => facts.setConnection(peerId, connection))
}
