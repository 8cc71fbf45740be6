/** Everything that a client's socket carries, in one place: the union of the features' messages and notices. */
import type { z } from 'zod'
import { adminMessages, type adminNotices } from './admin.ts'
import type { InputOf, OutputOf } from './channel.ts'
import type { personNotices } from './notifications.ts'
import { probeMessages } from './probe.ts'
import type { RoomEvent, RoomEventKind } from './room-state.ts'
import { roomMessages, type roomNotices } from './rooms.ts'
import { socketMessages } from './sockets.ts'

export const clientMessages = { ...socketMessages, ...roomMessages, ...probeMessages, ...adminMessages }
export type ClientMethod = keyof typeof clientMessages
export type ClientInput<M extends ClientMethod> = InputOf<(typeof clientMessages)[M]>
export type ClientOutput<M extends ClientMethod> = OutputOf<(typeof clientMessages)[M]>

/** name → what it tells. The events of a room come under their kind, as whole rows. */
type Notices = typeof personNotices & typeof roomNotices & typeof adminNotices
export type ClientNotices = { [N in keyof Notices]: z.infer<Notices[N]> } & {
  [K in RoomEventKind]: Extract<RoomEvent, { kind: K }>
}
export type ClientNotice = keyof ClientNotices
