import { createHash, randomBytes } from 'node:crypto'
import { calendarRoutes as routes } from '@peerlearn/contract/calendar'
import { AppError } from '@peerlearn/contract/errors'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { toFeed, type CalendarPlace } from './events.ts'
import { endFeed, findCalendar, findFeed, findFeedOwner, setFeed } from './queries.ts'

/** Only its hash is kept: who reads the database can read nobody's calendar with it. */
const hashOf = (token: string) => createHash('sha256').update(token).digest()

export const calendarBindings = ({ db, place }: { db: Db; place: CalendarPlace }): Binding[] => [
  on(routes.state, async ({ who }) => ({ madeAt: (await findFeed(db, who.userId))?.toISOString() ?? null })),
  on(routes.make, async ({ who }) => {
    const token = randomBytes(32).toString('base64url')
    await setFeed(db, who.userId, hashOf(token))
    return { url: `${place.publicUrl}/api/calendar/${token}.ics` }
  }),
  on(routes.end, async ({ who }) => {
    await endFeed(db, who.userId)
    return { madeAt: null }
  }),
  on(routes.feed, async ({ params, res }) => {
    const userId = await findFeedOwner(db, hashOf(params.token))
    if (!userId) throw new AppError('not-found', 'There is no such calendar, or its address was changed.')
    res.setHeader('Cache-Control', 'private, no-cache')
    res.setHeader('Content-Disposition', 'inline; filename="peerlearn.ics"')
    return toFeed(await findCalendar(db, userId), place)
  }),
]
