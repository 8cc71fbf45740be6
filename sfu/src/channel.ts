/** One server's control channel, as rooms and peers see it. */
import type { sfuNotices, SfuNotice } from '@peerlearn/contract/sfu'
import type { z } from 'zod'

export type NoticeData<N extends SfuNotice> = z.infer<(typeof sfuNotices)[N]>

export interface Channel {
  /** Its socket is gone: nothing may be made for it any more. */
  readonly closed: boolean
  tell<N extends SfuNotice>(event: N, data: NoticeData<N>): void
}

/** Tells everyone who follows a room; the room's id is added. */
export type TellRoom = <N extends RoomNotice>(event: N, data: Omit<NoticeData<N>, 'roomId'>) => void
type RoomNotice = Exclude<SfuNotice, 'node.hello' | 'node.stats'>
