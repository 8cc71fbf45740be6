/** A mentor's own sessions with who booked, as they change. */
import type { ResponseOf } from '@peerlearn/contract/route'
import { seriesRoutes, type SeriesRule } from '@peerlearn/contract/series'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import type { Session } from '@peerlearn/contract/sessions'
import { call } from '../lib/api.ts'
import { Loaded } from '../lib/loaded.svelte.ts'
import { socket } from '../lib/socket.svelte.ts'
import { ownZone } from '../lib/time-zones.ts'
import type { SessionInput } from './draft.ts'
import { localOf } from './repeat.ts'

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

  /** Publishes a new session, or changes the one named. `outsideHours`: also outside the own teaching hours. */
  async save(input: SessionInput, id?: string, outsideHours = false): Promise<{ id: string }> {
    const body = { ...input, outsideHours }
    const saved = id
      ? await call(sessionRoutes.change, { params: { id }, body })
      : await call(sessionRoutes.create, { body })
    void this.#list.load()
    return saved
  }

  /** Publishes a session for each date. @returns the first of them */
  async saveSeries(
    { startsAt: _, ...session }: SessionInput,
    rule: SeriesRule,
    outsideHours = false,
  ): Promise<{ id: string; count: number }> {
    const body = { rule, timeZone: ownZone(), session, outsideHours }
    const { dates } = await call(seriesRoutes.create, { body })
    void this.#list.load()
    return { id: dates[0]?.sessionId ?? '', count: dates.length }
  }

  /** Changes a session of a series and those after it; its new time is each one's on its own day. */
  async saveRest(
    { startsAt, ...change }: SessionInput,
    { seriesId, session }: { seriesId: string; session: Session },
  ): Promise<{ id: string }> {
    const { timeZone } = await call(seriesRoutes.get, { params: { id: seriesId } })
    const [was, is] = [localOf(session.startsAt, timeZone), localOf(startsAt, timeZone)]
    if (was.day !== is.day)
      throw new Error('All that follow keep their days: change the time only, or this one session alone.')
    const time = was.time === is.time ? {} : { time: is.time }
    const body = { fromSessionId: session.id, change, ...time }
    await call(seriesRoutes.change, { params: { id: seriesId }, body })
    void this.#list.load()
    return session
  }

  /** Cancels a session of a series and those after it. */
  async cancelRest(seriesId: string, fromSessionId: string): Promise<void> {
    try {
      await call(seriesRoutes.cancel, { params: { id: seriesId }, body: { fromSessionId } })
    } finally {
      await this.#list.load()
    }
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
