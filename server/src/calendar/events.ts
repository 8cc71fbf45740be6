/** Sessions as calendars know them (RFC 5545). */
import ical, {
  ICalAlarmType,
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  ICalEventStatus,
  type ICalEventData,
} from 'ical-generator'

export interface CalendarSession {
  id: string
  title: string
  description: string
  mentorName: string
  startsAt: Date
  durationMinutes: number
  createdAt: Date
  movedAt: Date | null
  /** The session is off, or the person has no seat in it any more. */
  off: boolean
}

export interface CalendarPlace {
  publicUrl: string
  /** Who mails come from: `Name <address>`, or an address. */
  from: string
}

/** What it is called never changes, so that a calendar finds the event that it has. */
const uidOf = (session: CalendarSession, publicUrl: string) =>
  `session-${session.id}@${new URL(publicUrl).hostname}`

/** Higher with each move, and once more when it is off: seconds, so that moves have an order without being counted. */
const sequenceOf = ({ createdAt, movedAt, off }: CalendarSession): number => {
  const moved = movedAt ? Math.ceil((movedAt.getTime() - createdAt.getTime()) / 1000) + 1 : 0
  return Math.max(0, moved) + Number(off)
}

function toEvent(session: CalendarSession, publicUrl: string): ICalEventData {
  const url = `${publicUrl}/sessions/${session.id}`
  return {
    id: uidOf(session, publicUrl),
    sequence: sequenceOf(session),
    start: session.startsAt,
    end: new Date(session.startsAt.getTime() + session.durationMinutes * 60_000),
    summary: session.title,
    description: `With ${session.mentorName}.\n${url}\n\n${session.description}`,
    location: url,
    url,
    status: session.off ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // Minutes before, in seconds.
    alarms: session.off ? [] : [{ type: ICalAlarmType.display, trigger: 15 * 60 }],
  }
}

const prodId = { company: 'PeerLearn', product: 'Sessions', language: 'EN' }

export function toFeed(sessions: readonly CalendarSession[], { publicUrl }: CalendarPlace): string {
  const calendar = ical({ name: 'PeerLearn', prodId, ttl: 3600 })
  for (const session of sessions) calendar.createEvent(toEvent(session, publicUrl))
  return calendar.toString()
}

/** To one person: come (or come at another time), or don't. */
export function toInvitation(
  session: CalendarSession,
  guest: { email: string; name: string },
  { publicUrl, from }: CalendarPlace,
): string {
  const method = session.off ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST
  const calendar = ical({ prodId, method })
  calendar.createEvent({
    ...toEvent(session, publicUrl),
    organizer: { name: `${session.mentorName} (PeerLearn)`, email: addressIn(from) },
    attendees: [
      {
        email: guest.email,
        name: guest.name,
        role: ICalAttendeeRole.REQ,
        status: ICalAttendeeStatus.ACCEPTED,
        rsvp: false,
      },
    ],
  })
  return calendar.toString()
}

const addressIn = (from: string) => /<([^>]+)>/.exec(from)?.[1] ?? from
