import { attendanceRoutes as routes } from '@peerlearn/contract/attendance'
import type { Attendee } from '@peerlearn/contract/attendance'
import { AppError } from '@peerlearn/contract/errors'
import { refusalOf } from '@peerlearn/contract/policy'
import type { Db } from '../db.ts'
import { on, type Binding, type Who } from '../http.ts'
import { getSession } from '../sessions/queries.ts'
import { correctVerdict, type AttendanceDeps } from './attendance.ts'
import { toCsv } from './csv.ts'
import { findAttendance, findVerdicts } from './queries.ts'

interface ReadDeps {
  db: Db
  now: () => Date
}

export const attendanceBindings = (deps: AttendanceDeps & ReadDeps): Binding[] => [
  on(routes.read, async ({ params, who }) => {
    await requireReader(deps, params.id, who)
    const [verdict = null, ...earlier] = await findVerdicts(deps.db, params.id)
    return { verdict, earlier, people: await findAttendance(deps.db, params.id) }
  }),
  on(routes.csv, async ({ params, who, res }) => {
    const { title, startsAt } = await requireReader(deps, params.id, who)
    res.setHeader('Content-Disposition', `attachment; filename="attendance-${startsAt.slice(0, 10)}.csv"`)
    res.setHeader('Cache-Control', 'private, no-store')
    const people = await findAttendance(deps.db, params.id)
    return toCsv([columns, ...people.map((one) => rowOf({ title, startsAt }, one))])
  }),
  on(routes.correct, ({ params, who, body }) => correctVerdict(deps, { sessionId: params.id, who }, body)),
]

/** The session's own mentor, or an admin. @throws AppError `not-found`, `forbidden`, `second-factor-needed` */
async function requireReader({ db, now }: ReadDeps, sessionId: string, who: Who) {
  const session = await getSession(db, sessionId)
  if (session.mentor.id === who.userId) return session
  const refused = refusalOf('admin', who, now())
  if (refused === 'second-factor-needed')
    throw new AppError(refused, 'Please prove your second factor first.')
  if (refused) throw new AppError('forbidden', 'Only its own mentor can see who attended.')
  return session
}

const columns = [
  'Session',
  'Starts (UTC)',
  'Name',
  'Role',
  'Minutes present',
  'Minutes lost to failures',
  'First came',
  'Last left',
  'Intervals (UTC)',
]

const rowOf = ({ title, startsAt }: { title: string; startsAt: string }, one: Attendee) => [
  title,
  startsAt,
  one.name,
  one.asMentor ? 'mentor' : 'learner',
  minutes(one.seconds),
  minutes(one.lostSeconds),
  one.intervals[0]?.from ?? '',
  one.intervals.at(-1)?.to ?? '',
  one.intervals.map(({ from, to }) => `${from}/${to}`).join(' '),
]

/** To a tenth. */
const minutes = (seconds: number) => Math.round(seconds / 6) / 10
