/** The calendar that other programs subscribe to, and the mails that put sessions into it. */
import { calendarRoutes as routes } from '@peerlearn/contract/calendar'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, describe, expect, test } from 'vitest'
import { loggedPath } from '../src/request-log.ts'
import { eventually, type Person, type TestServer } from './harness.ts'
import { openDesk, type Desk } from './paid-seats.ts'

let server: TestServer
let mentor: Person, asha: Person
let seats: Desk

beforeAll(async () => {
  ;({ server, mentor, seats } = await openDesk())
  asha = await server.person({ name: 'Asha' })
})

const free = () => seats.session({ price_paise: 0, title: 'Tea; and, tables' })
const make = async (who: Person) => (await server.api(routes.make, { body: {} }, who)).url
/** Lines that were folded are one again. */
const unfolded = (text: string) => text.replace(/\r\n[ \t]/g, '').split('\r\n')
const read = async (url: string) => {
  const answer = await fetch(url)
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

/** The lines of one session's event. */
function eventOf(text: string, sessionId: string): string[] {
  const lines = unfolded(text)
  const at = lines.findIndex((line) => line.startsWith(`UID:session-${sessionId}@`))
  const begin = lines.lastIndexOf('BEGIN:VEVENT', at)
  return at < 0 ? [] : lines.slice(begin, lines.indexOf('END:VEVENT', at))
}
const valueOf = (event: string[], name: string) =>
  event.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1)

const mails = async (who: Person) => {
  const rows = await server.db
    .selectFrom('mail')
    .select(['subject', 'calendar'])
    .where('account_id', '=', who.userId)
    .where('calendar', 'is not', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ subject, calendar }) => ({ subject, calendar: calendar ?? '' }))
}

describe('the address', () => {
  test('shows what its person attends and teaches, to any program, without signing in', async () => {
    const sessionId = await free()
    await seats.book(sessionId, asha)
    const { status, type, text } = await read(await make(asha))
    expect(status).toBe(200)
    expect(type).toContain('text/calendar')
    expect(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75)).toBe(true)
    const event = eventOf(text, sessionId)
    expect(valueOf(event, 'DTSTART')).toMatch(/^\d{8}T\d{6}Z$/)
    expect(valueOf(event, 'SUMMARY')).toBe('Tea\\; and\\, tables')
    expect(valueOf(event, 'STATUS')).toBe('CONFIRMED')
    expect(valueOf(event, 'SEQUENCE')).toBe('0')
    expect(event).toContain('BEGIN:VALARM')
    const taught = await read(await make(mentor))
    expect(eventOf(taught.text, sessionId)).not.toEqual([])
  })

  test('ends with a new one, with taking it back, and with being suspended; only its hash is kept', async () => {
    const first = await make(asha)
    const second = await make(asha)
    expect((await read(first)).status).toBe(404)
    expect((await read(second)).status).toBe(200)
    const { hash } = await server.db
      .selectFrom('calendar_feed')
      .select('hash')
      .where('account_id', '=', asha.userId)
      .executeTakeFirstOrThrow()
    expect(second).not.toContain(hash.toString('base64url'))
    await server.api(routes.end, {}, asha)
    expect((await read(second)).status).toBe(404)
    expect(await server.api(routes.state, {}, asha)).toEqual({ madeAt: null })
  })

  test('stands in no log', () => {
    expect(loggedPath('/api/calendar/abcdefgh.ics')).toBe('/api/calendar/…')
    expect(loggedPath('/api/sessions')).toBe('/api/sessions')
  })
})

describe('a session', () => {
  test('that moves keeps its name and has a higher number; one that is cancelled is so in the calendar', async () => {
    const sessionId = await free()
    await seats.book(sessionId, asha)
    const url = await make(asha)
    const event = async () => eventOf((await read(url)).text, sessionId)
    const before = await event()
    const { session } = await server.api(sessionRoutes.get, { params: { id: sessionId } })
    const startsAt = new Date(Date.parse(session.startsAt) + 30 * 60_000).toISOString()
    await server.api(sessionRoutes.change, { params: { id: sessionId }, body: { startsAt } }, mentor)
    const moved = await event()
    expect(valueOf(moved, 'UID')).toBe(valueOf(before, 'UID'))
    expect(Number(valueOf(moved, 'SEQUENCE'))).toBeGreaterThan(Number(valueOf(before, 'SEQUENCE')))
    expect(valueOf(moved, 'DTSTART')).not.toBe(valueOf(before, 'DTSTART'))
    await server.api(sessionRoutes.cancel, { params: { id: sessionId } }, mentor)
    const cancelled = await event()
    expect(valueOf(cancelled, 'STATUS')).toBe('CANCELLED')
    expect(Number(valueOf(cancelled, 'SEQUENCE'))).toBeGreaterThan(Number(valueOf(moved, 'SEQUENCE')))
  })

  test('comes by mail when booked and moved, and goes by mail when given back or cancelled', async () => {
    const bela = await server.person({ name: 'Bela' })
    const sessionId = await free()
    const booking = await seats.book(sessionId, bela)
    const expected = async (count: number, method: string) =>
      eventually(async () => {
        const found = await mails(bela)
        expect(found).toHaveLength(count)
        const last = found.at(-1)!.calendar
        expect(unfolded(last)).toContain(`METHOD:${method}`)
        expect(unfolded(last).some((line) => line.startsWith('ATTENDEE') && line.includes(bela.email))).toBe(
          true,
        )
        return eventOf(last, sessionId)
      })
    const first = await expected(1, 'REQUEST')
    const { session } = await server.api(sessionRoutes.get, { params: { id: sessionId } })
    const startsAt = new Date(Date.parse(session.startsAt) + 30 * 60_000).toISOString()
    await server.api(sessionRoutes.change, { params: { id: sessionId }, body: { startsAt } }, mentor)
    const second = await expected(2, 'REQUEST')
    expect(Number(valueOf(second, 'SEQUENCE'))).toBeGreaterThan(Number(valueOf(first, 'SEQUENCE')))
    await seats.cancel(booking.id, bela)
    const third = await expected(3, 'CANCEL')
    expect(valueOf(third, 'STATUS')).toBe('CANCELLED')
    expect(valueOf(third, 'UID')).toBe(valueOf(first, 'UID'))
    await seats.book(sessionId, bela)
    await expected(4, 'REQUEST')
    await server.api(sessionRoutes.cancel, { params: { id: sessionId } }, mentor)
    await expected(5, 'CANCEL')
  })
})
