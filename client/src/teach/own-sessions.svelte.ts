/** A mentor's own sessions with who booked, as they change. */
import type { ResponseOf } from '@peerlearn/contract/route'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import type { Session } from '@peerlearn/contract/sessions'
import { call } from '../lib/api.ts'
import { Loaded } from '../lib/loaded.svelte.ts'
import { socket } from '../lib/socket.svelte.ts'
import type { SessionInput } from './draft.ts'

export type Taught = ResponseOf<(typeof sessionRoutes)['mentorData']>['items'][number]

export class OwnSessions {
  #list = new Loaded(async (signal) => (await call(sessionRoutes.mentorData, { signal })).items)

  get loaded(): Loaded<Taught[]> {
    return this.#list
  }
  /** On now and to come, soonest first. */
  get coming(): Taught[] {
    return this.#of((session) => session.status === 'live' || session.status === 'scheduled')
  }
  /** Ended and cancelled, latest first. */
  get past(): Taught[] {
    return this.#of((session) => session.status === 'ended' || session.status === 'cancelled').reverse()
  }
  find(id: string): Taught | undefined {
    return this.#list.value?.find(({ session }) => session.id === id)
  }

  /** Fetches the list and keeps it up to date until the returned function is called. */
  watch(): () => void {
    const again = () => void this.#list.load()
    again()
    const stops = [
      ...(['session.booking', 'session.started', 'session.ended', 'session.cancelled'] as const).map((name) =>
        socket.on(name, again),
      ),
      socket.on('user.online', ({ userId, online }) => this.#mark(userId, online)),
    ]
    return () => {
      for (const stop of stops) stop()
      this.#list.close()
    }
  }

  /** Publishes a new session, or changes the one named. */
  async save(input: SessionInput, id?: string): Promise<Session> {
    const saved = id
      ? await call(sessionRoutes.change, { params: { id }, body: input })
      : await call(sessionRoutes.create, { body: input })
    void this.#list.load()
    return saved
  }

  async start(id: string): Promise<void> {
    await call(sessionRoutes.start, { params: { id }, body: {} })
  }

  async cancel(id: string): Promise<void> {
    try {
      await call(sessionRoutes.cancel, { params: { id } })
    } finally {
      await this.#list.load()
    }
  }

  #of(wanted: (session: Session) => boolean): Taught[] {
    const chosen = (this.#list.value ?? []).filter(({ session }) => wanted(session))
    return chosen.sort((a, b) => Date.parse(a.session.startsAt) - Date.parse(b.session.startsAt))
  }

  #mark(userId: string, online: boolean): void {
    const list = this.#list.value
    if (!list) return
    const marked = list.map((taught) => ({
      ...taught,
      bookings: taught.bookings.map((b) => (b.learnerId === userId ? { ...b, online } : b)),
    }))
    this.#list.set(marked)
  }
}
