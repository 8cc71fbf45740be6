/** What is told of a room, put where it belongs: events into the facts, media where they are carried, endings to the page. */
import type { ClientNotices } from '@peerlearn/contract/client-channel'
import type { RoomEvent } from '@peerlearn/contract/room-state'
import { roomEventKinds } from '@peerlearn/contract/rooms'
import type { Socket } from '../lib/socket.ts'
import type { Conversation } from './conversation.svelte.ts'
import type { LocalMedia } from './local-media.svelte.ts'
import { hearMedia } from './media-notices.ts'
import type { News } from './news.svelte.ts'
import type { Ending } from './refusals.ts'
import type { RoomFacts } from './room-facts.svelte.ts'
import type { RoomLink } from './room-link.svelte.ts'
import type { RoomMedia } from './room-media.ts'

interface Hearing {
  socket: Socket
  sessionId: string
  /** Runs it now, or after the answer under way. */
  told: (handle: () => void) => void
  facts: RoomFacts
  news: News
  conversation: Conversation
  local: LocalMedia
  link: RoomLink
  media: RoomMedia
  me: () => { userId: string; maySend: boolean }
  /** An event before this one was missed. */
  onMissed: () => void
  onMediaLost: () => void
  onSpeakers: () => void
  /** The class began. */
  onStarted: () => void
  onEnding: (ending: Ending) => void
}

type OfMine = 'session.started' | 'session.ended' | 'session.cancelled'

/** Listens until the answer is called. */
export function hearRoom(hearing: Hearing): () => void {
  const { socket, sessionId, onEnding } = hearing
  const stops: (() => void)[] = []
  const on = <N extends keyof ClientNotices>(name: N, handle: (data: ClientNotices[N]) => void) =>
    void stops.push(socket.on(name, (data) => hearing.told(() => handle(data))))
  const ofMine = (name: OfMine, handle: () => void) =>
    stops.push(socket.on(name, (data) => data.sessionId === sessionId && handle()))
  for (const kind of roomEventKinds) on(kind, (event) => onEvent(hearing, event))
  hearMedia(on, hearing)
  on('speakers.changed', () => hearing.onSpeakers())
  on('media.lost', () => hearing.onMediaLost())
  on('room.replaced', (data) => data.sessionId === sessionId && onEnding('replaced'))
  on('room.removed', (data) => data.sessionId === sessionId && onEnding('removed'))
  ofMine('session.started', () => hearing.onStarted())
  ofMine('session.ended', () => onEnding('ended'))
  ofMine('session.cancelled', () => onEnding('session-cancelled'))
  return () => stops.forEach((stop) => stop())
}

function onEvent(hearing: Hearing, event: RoomEvent): void {
  const { sessionId, facts, news, conversation } = hearing
  if (event.sessionId !== sessionId) return
  const me = hearing.me()
  const gone = event.kind === 'peer.left' ? facts.nameOf(event.data.userId) : ''
  if (!facts.fold(event)) return hearing.onMissed()
  if (event.kind === 'room.closed') hearing.onEnding('ended')
  if (event.kind === 'chat.message') conversation.arrived(event.data.clientId)
  if (event.kind === 'peer.muted' && event.data.userId === me.userId) void onMuted(hearing)
  if (hearing.me().maySend !== me.maySend) onStage(hearing, hearing.me().maySend)
  news.of(event, { me: me.userId, nameOf: (id) => (gone ? gone : facts.nameOf(id)) })
}

async function onMuted({ local, news }: Hearing): Promise<void> {
  await local.setMicrophone(false)
  // Only where there is a keyboard, most likely.
  const how = matchMedia('(hover: hover)').matches ? 'Press M' : 'Tap the microphone'
  news.tell(`The mentor muted you. ${how} when you want to speak.`)
}

/** Nothing is sent of itself: the person turns it on. */
function onStage({ local, news }: Hearing, maySend: boolean): void {
  local.allow(maySend)
  if (maySend)
    news.tell('You are on stage. Turn on your microphone or camera when you want to be heard or seen.')
  else news.tell('You are off the stage. Your microphone and camera are closed.')
}
