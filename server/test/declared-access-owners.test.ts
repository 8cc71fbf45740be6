/**
 * What belongs to one person is kept from everybody else, admins and owners too. Every route that names a thing stands in
 * one of the two tables here: a new one that stands in neither fails.
 */
import { api } from '@peerlearn/contract/api'
import type { Route } from '@peerlearn/contract/route'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startServer, type Person, type TestServer } from './harness.ts'
import { things } from './owned-things.ts'

const routes = new Map<string, Route>(
  Object.entries(api).flatMap(([feature, of]) =>
    Object.entries(of as Record<string, Route>).map(
      ([name, route]) => [`${feature}.${name}`, route] as const,
    ),
  ),
)

interface Kept {
  of: keyof typeof things
  /** What everybody else hears. */
  others: string
  /** Who may do it beside whose it is. */
  also?: ('the other side' | 'admins')[]
  /** A body that the route takes; `id` is the thing's. */
  body?: (id: string) => object
}

const couponFor = (sessionId: string) => ({
  code: 'WELCOME',
  percent: 10,
  amountPaise: null,
  sessionId,
  maxUses: null,
  validUntil: null,
})

const kept: Record<string, Kept> = {
  'security.renamePasskey': { of: 'passkey', others: 'not-found', body: () => ({ name: 'Another name' }) },
  'security.removePasskey': { of: 'passkey', others: 'not-found' },
  'security.endDevice': { of: 'device', others: 'not-found' },
  'people.withdraw': { of: 'application', others: 'not-found' },
  'sessions.change': { of: 'session', others: 'forbidden', body: () => ({ title: 'Another title' }) },
  'sessions.cancel': { of: 'session', others: 'forbidden' },
  'sessions.start': { of: 'session', others: 'forbidden', body: () => ({}) },
  'sessions.end': { of: 'session', others: 'forbidden', body: () => ({}) },
  'sessions.feedback': { of: 'seatInEndedSession', others: 'not-booked', body: () => ({ rating: 5 }) },
  'series.change': {
    of: 'series',
    others: 'forbidden',
    body: () => ({ fromSessionId: crypto.randomUUID(), change: { title: 'Another title' } }),
  },
  'series.cancel': {
    of: 'series',
    others: 'forbidden',
    body: () => ({ fromSessionId: crypto.randomUUID() }),
  },
  'attendance.read': { of: 'session', others: 'forbidden', also: ['admins'] },
  'attendance.csv': { of: 'session', others: 'forbidden', also: ['admins'] },
  'readiness.board': { of: 'session', others: 'forbidden' },
  'bookings.purchase': { of: 'purchase', others: 'not-found' },
  'bookings.cancelTerms': { of: 'booking', others: 'not-found' },
  'bookings.cancel': { of: 'booking', others: 'not-found' },
  'bookings.moveTargets': { of: 'booking', others: 'not-found' },
  'bookings.move': { of: 'booking', others: 'not-found', body: (id) => ({ sessionId: id }) },
  'invitations.send': { of: 'booking', others: 'not-found', body: () => ({ email: 'guest@peerlearn.test' }) },
  'packs.endOffer': { of: 'packOffer', others: 'not-found' },
  'coupons.make': { of: 'session', others: 'forbidden', body: couponFor },
  'coupons.end': { of: 'coupon', others: 'not-found' },
  'payments.createOrder': { of: 'purchase', others: 'not-found', body: (id) => ({ purchaseId: id }) },
  'payments.state': { of: 'purchase', others: 'not-found' },
  'documents.pdf': { of: 'document', others: 'not-found', also: ['the other side', 'admins'] },
}

/** Names a thing that is everybody's to look at or take, or acts on the caller's own entry there alone. */
const everybodys: Record<string, string> = {
  'bookings.book': 'a seat for the caller',
  'bookings.quote': 'what a seat would cost the caller',
  'waitlist.join': 'the caller’s own place in the line',
  'waitlist.leave': 'the caller’s own place in the line',
  'waitlist.accept': 'the caller’s own offer',
  'packs.buy': 'a pack for the caller',
  'notifications.readOne': 'the caller’s own notification, else it changes nothing',
  'mentors.follow': 'the caller follows',
  'mentors.unfollow': 'the caller follows',
  'security.unlink': 'the name of a provider: the caller’s own account there',
}

const idNames = (schema: z.ZodType | undefined): string[] =>
  schema
    ? Object.keys(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {}).filter(
        (name) => /Id$/.test(name),
      )
    : []

/** Admins see and decide about everything that is theirs to see: their routes are the gate's matter alone. */
const isAsked = ({ access, params, query, body }: Route) =>
  ['signed-in', 'learner', 'mentor'].includes(access) &&
  (params !== undefined || idNames(query).length > 0 || idNames(body).length > 0)

const asked = [...routes].filter(([, route]) => isAsked(route)).map(([name]) => name)

test.each(asked)('%s says whose the thing is that it names', (name) => {
  expect([...Object.keys(kept), ...Object.keys(everybodys)]).toContain(name)
})

test('no table names a route that is gone', () => {
  expect([...Object.keys(kept), ...Object.keys(everybodys)].filter((name) => !routes.has(name))).toEqual([])
})

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

async function ask(route: Route, { id, body }: { id: string; body?: Kept['body'] }, { token }: Person) {
  const response = await fetch(`${server.url}${route.path.replace(/:\w+/g, id)}`, {
    method: route.method.toUpperCase(),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body(id)) }),
  })
  const text = await response.text()
  return response.ok ? 'ok' : (JSON.parse(text) as { error: { code: string } }).error.code
}

describe.each(Object.entries(kept))('%s', (name, { of, others, body, also = [] }) => {
  const route = routes.get(name)!
  const strangers = {
    'another learner': () => server.person(),
    'another mentor': () => server.person({ roles: ['mentor'] }),
    'an admin who teaches': () => server.person({ roles: ['mentor', 'admin'] }),
    'an owner who teaches': () => server.person({ roles: ['mentor', 'owner'] }),
  }

  test.each(Object.keys(strangers) as (keyof typeof strangers)[])('is kept from %s', async (stranger) => {
    const { id } = await things[of](server)
    const answer = await ask(route, { id, ...(body && { body }) }, await strangers[stranger]())
    const gate = route.access === 'mentor' && stranger === 'another learner'
    const reads = also.includes('admins') && /^an (admin|owner)/.test(stranger)
    expect(answer).toBe(reads ? 'ok' : gate ? 'forbidden' : others)
  })

  test('is kept from the other side of the deal, unless it is said to be theirs too', async () => {
    const { id, partner } = await things[of](server)
    if (!partner) return
    const answer = await ask(route, { id, ...(body && { body }) }, partner)
    const gate = route.access === 'mentor' && !partner.roles.includes('mentor')
    expect(answer).toBe(also.includes('the other side') ? 'ok' : gate ? 'forbidden' : others)
  })

  test('is open to whose it is', async () => {
    const { id, owner } = await things[of](server)
    const answer = await ask(route, { id, ...(body && { body }) }, owner)
    // The booking of a move names a session that is none: it comes further than a stranger's.
    const refusals = name === 'bookings.move' ? [] : [others]
    expect([...refusals, 'signed-out', 'forbidden', 'internal-error', 'too-many-requests']).not.toContain(
      answer,
    )
  })
})
