import { bookingRoutes } from '@peerlearn/contract/bookings'
import { invitationRoutes } from '@peerlearn/contract/invitations'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { bookSeats } from '../src/bookings/bookings.ts'
import { moveBooking } from '../src/bookings/moving.ts'
import { openDesk as openDeps } from '../src/demo/desk.ts'
import { createLimits } from '../src/rate-limit.ts'
import { eventually, type Person, type TestServer } from './harness.ts'
import { openDesk, pay, refunds, type Desk } from './paid-seats.ts'

let server: TestServer
let mentor: Person
let seats: Desk
beforeAll(async () => {
  ;({ server, mentor, seats } = await openDesk('Asha'))
})

let guests = 0
const guest = () => `guest${++guests}@peerlearn.test`

/** The token in the newest mail to this address. */
const invited = (email: string) =>
  eventually(async () => {
    const { body_text } = await server.db
      .selectFrom('mail')
      .select('body_text')
      .where('recipient', '=', email)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    return /\/invitation#([\w-]{43})/.exec(body_text ?? '')![1]!
  })
const take = (token: string, who: Person) => server.api(invitationRoutes.take, { body: { token } }, who)
const send = (bookingId: string, email: string, who: Person) =>
  server.api(invitationRoutes.send, { params: { id: bookingId }, body: { email } }, who)
const guestsOf = async (sessionId: string, who: Person) =>
  (await server.api(sessionRoutes.get, { params: { id: sessionId } }, who)).guests

test('books for me and two guests in one purchase; each guest gets a link once it is paid, and takes the seat', async () => {
  const buyer = await server.person({ name: 'Bala' })
  const sessionId = await seats.session({ capacity: 3 })
  const [one, two] = [guest(), guest()]
  const held = await seats.book(sessionId, buyer, { guests: [one, two] })
  expect(held).toMatchObject({ status: 'held', seated: true })
  const asked = server.api(bookingRoutes.purchase, { params: { id: held.purchaseId! } }, buyer)
  expect(await asked).toMatchObject({ quantity: 3, amountPaise: 30_000, status: 'open' })
  const unpaid = await server.db.selectFrom('mail').select('id').where('recipient', '=', one).execute()
  expect(unpaid).toEqual([])
  expect(await pay(server, held.purchaseId)).toBe(true)
  await server.app.sweep()
  const token = await invited(one)
  expect(await server.api(invitationRoutes.read, { body: { token } })).toMatchObject({
    sessionId,
    buyerName: 'Bala',
    mentorName: 'Asha',
    email: one,
  })
  const friend = await server.person({ name: 'Chitra' })
  expect(await take(token, friend)).toMatchObject({ sessionId, status: 'confirmed', seated: true })
  await expect(take(token, await server.person())).rejects.toMatchObject({ code: 'invitation-over' })
  // Who took it may open the link again: it is their seat.
  expect(await take(token, friend)).toMatchObject({ sessionId, status: 'confirmed', seated: true })
  expect((await guestsOf(sessionId, buyer)).map((seat) => seat.name)).toEqual(['Chitra', null])
  const { items } = await server.api(sessionRoutes.mentorData, {}, mentor)
  const taught = items.find(({ session }) => session.id === sessionId)
  expect(taught?.bookings.map(({ name }) => name).toSorted()).toEqual(['Bala', 'Chitra', 'Guest of Bala'])
  const seen = await server.api(sessionRoutes.get, { params: { id: sessionId } }, friend)
  expect(seen).toMatchObject({ booking: { status: 'confirmed' }, session: { seatsLeft: 0 } })
})

test('invites a guest also where the buyer’s time zone is one that this server does not know', async () => {
  const buyer = await server.person()
  await server.db
    .updateTable('account')
    .set({ time_zone: 'Moon/Base' })
    .where('id', '=', buyer.userId)
    .execute()
  const sessionId = await seats.session({ price_paise: 0 })
  const email = guest()
  await seats.book(sessionId, buyer, { self: false, guests: [email] })
  await invited(email)
  const mail = server.db.selectFrom('mail').select('body_text').where('recipient', '=', email)
  expect((await mail.executeTakeFirstOrThrow()).body_text).toContain('(UTC)')
})

test('sends the invitation to another address until it was taken; the link before ends', async () => {
  const buyer = await server.person()
  const sessionId = await seats.session({ price_paise: 0 })
  const [first, second] = [guest(), guest()]
  const booked = await seats.book(sessionId, buyer, { self: false, guests: [first] })
  expect(booked).toMatchObject({ status: 'confirmed', seated: false, guestEmail: first })
  const old = await invited(first)
  expect(await send(booked.id, second, buyer)).toMatchObject({ guestEmail: second })
  await expect(server.api(invitationRoutes.read, { body: { token: old } })).rejects.toMatchObject({
    code: 'invitation-over',
  })
  await take(await invited(second), await server.person())
  await expect(send(booked.id, guest(), buyer)).rejects.toMatchObject({ code: 'invitation-over' })
  await expect(send(booked.id, guest(), await server.person())).rejects.toMatchObject({ code: 'not-found' })
})

test('sends to twenty other addresses an hour, and no more: they are anybody’s', async () => {
  const buyer = await server.person()
  const sessionId = await seats.session({ price_paise: 0 })
  const { id } = await seats.book(sessionId, buyer, { self: false, guests: [guest()] })
  // The first went out with the booking.
  for (let n = 0; n < 19; n++) await send(id, guest(), buyer)
  await expect(send(id, guest(), buyer)).rejects.toMatchObject({ status: 429, code: 'too-many-requests' })
})

test('counts the guests of seats that cost nothing, booked and moved, as invitations too', async () => {
  const buyer = await server.person()
  const free = () => seats.session({ price_paise: 0, capacity: 12 })
  const ten = () => Array.from({ length: 10 }, guest)
  const booked = await seats.book(await free(), buyer, { self: false, guests: ten().slice(0, 9) })
  await seats.move(booked.id, await free(), buyer)
  await seats.book(await free(), buyer, { self: false, guests: ten().slice(0, 9) })
  const third = await free()
  await expect(seats.book(third, buyer, { guests: ten().slice(0, 2) })).rejects.toMatchObject({
    code: 'too-many-requests',
  })
  // Nothing of it was booked. Who pays for the seats is not held up, nor is who brings nobody.
  expect(await guestsOf(third, buyer)).toEqual([])
  expect(await seats.book(third, buyer)).toMatchObject({ status: 'confirmed' })
  const paid = await seats.book(await seats.session({ capacity: 12 }), buyer, { guests: ten().slice(0, 9) })
  expect(paid.status).toBe('held')
})

test('counts no invitation of seats that were refused, and those of seats that a pack pays', async () => {
  const [buyer, other] = [await server.person(), await server.person()]
  const free = (capacity = 12) => seats.session({ price_paise: 0, capacity })
  const ten = () => Array.from({ length: 10 }, guest)
  const few = await free(2)
  for (let n = 0; n < 3; n++)
    await expect(seats.book(few, buyer, { self: false, guests: ten() })).rejects.toMatchObject({
      code: 'session-full',
    })
  await seats.book(await free(), buyer, { self: false, guests: ten() })
  const packId = await seats.pack(buyer, { credits: 12 })
  const packed = await seats.session({ capacity: 12 })
  await seats.book(packed, buyer, { self: false, guests: ten().slice(0, 8), packId })
  const many = seats.book(await free(), buyer, { self: false, guests: ten() })
  await expect(many).rejects.toMatchObject({ code: 'too-many-requests' })
  // The two that are left of the hour's twenty are still theirs, and nobody else's matter.
  await seats.book(packed, buyer, { self: false, guests: [guest(), guest()], packId })
  const third = await free()
  const more = seats.book(third, buyer, { guests: [guest()] })
  await expect(more).rejects.toMatchObject({ code: 'too-many-requests' })
  await seats.book(third, other, { guests: [guest()] })
})

test('counts all of them at once, while nobody has to wait for the class: who counts may hang', async () => {
  const buyer = await server.person()
  const classes = [await seats.session({ price_paise: 0 }), await seats.session({ price_paise: 0 })]
  const [first, second] = classes
  const limits = createLimits(undefined)
  const counted: number[] = []
  const count: typeof limits.count = async (counter, key, points = 1) => {
    const rows = server.db.selectFrom('session').select('id').where('id', 'in', classes)
    expect(await rows.forUpdate().noWait().execute()).toHaveLength(2)
    counted.push(points)
    await limits.count(counter, key, points)
  }
  const deps = { ...openDeps(server.db, server.config), limits: { ...limits, count } }
  const who = { ...buyer, verified: true, secondFactorAt: null }
  const wish = bookingRoutes.book.body.parse({ self: false, guests: [guest(), guest(), guest()] })
  const { id } = await bookSeats(deps, { sessionId: first!, who, wish })
  await moveBooking(deps, { bookingId: id, who }, second!)
  expect(counted).toEqual([3, 1])
})

test('books though one guest’s mail can’t be written, which keeps no other guest from theirs and follows later', async () => {
  const [buyer, ill, well] = [await server.person(), guest(), guest()]
  const sessionId = await seats.session({ price_paise: 0 })
  const breaking = sql`alter table mail add constraint breaks check (recipient <> ${sql.lit(ill)})`
  await breaking.execute(server.db)
  const booked = await seats.book(sessionId, buyer, { guests: [ill, well] })
  expect(booked).toMatchObject({ status: 'confirmed' })
  const mails = server.db.selectFrom('mail').select('recipient').where('recipient', 'in', [ill, well])
  expect(await mails.execute()).toEqual([{ recipient: well }])
  await sql`alter table mail drop constraint breaks`.execute(server.db)
  await server.app.sweep()
  expect(await invited(ill)).not.toBe(await invited(well))
})

test('keeps one seat a person: who has one can’t take a guest’s too', async () => {
  const [buyer, friend] = [await server.person(), await server.person()]
  const sessionId = await seats.session({ price_paise: 0 })
  await seats.book(sessionId, friend)
  const email = guest()
  await seats.book(sessionId, buyer, { guests: [email] })
  const token = await invited(email)
  await expect(take(token, friend)).rejects.toMatchObject({ code: 'already-booked' })
  await expect(take(token, mentor)).rejects.toMatchObject({ code: 'own-session' })
})

test('refunds the part of one seat of several; a guest’s goes back to the buyer, who decides about its money', async () => {
  const [buyer, friend] = [await server.person(), await server.person()]
  const sessionId = await seats.session({ price_paise: 9_999 })
  const email = guest()
  const held = await seats.book(sessionId, buyer, { guests: [email] })
  await pay(server, held.purchaseId)
  await server.app.sweep()
  const token = await invited(email)
  const taken = await take(token, friend)
  expect(await seats.terms(taken.id, friend)).toMatchObject({
    returnsTo: buyer.name,
    goes: [{ bookingId: taken.id, own: true }],
    stays: [],
    paidPaise: 0,
    refundPaise: 0,
  })
  await seats.cancel(taken.id, friend)
  await expect(take(token, friend)).rejects.toMatchObject({ code: 'invitation-over' })
  const [seat] = await guestsOf(sessionId, buyer)
  expect(seat).toMatchObject({ name: null, booking: { status: 'confirmed', seated: false } })
  expect(await refunds(server, held.purchaseId)).toEqual([])
  expect(await seats.terms(taken.id, buyer)).toMatchObject({ basisPoints: 10_000, refundPaise: 9_999 })
  await seats.cancel(taken.id, buyer)
  expect(await refunds(server, held.purchaseId)).toEqual([9_999])
  expect(await guestsOf(sessionId, buyer)).toEqual([])
  const mine = await server.api(bookingRoutes.mine, {}, buyer)
  expect(mine.items.map((item) => [item.own, item.booking.status])).toEqual([[true, 'confirmed']])
})

test('says before a seat is given back which go with it, which stay, and whose they are', async () => {
  const buyer = await server.person()
  const sessionId = await seats.session()
  const [one, other] = [guest(), guest()]
  const own = await seats.book(sessionId, buyer, { guests: [one, other] })
  const held = await seats.terms(own.id, buyer)
  expect(held).toMatchObject({ held: true, returnsTo: null, stays: [] })
  expect(held.goes.map((seat) => [seat.own, seat.guestEmail])).toEqual([
    [true, null],
    [false, one],
    [false, other],
  ])
  await pay(server, own.purchaseId)
  const [first] = await guestsOf(sessionId, buyer)
  const terms = await seats.terms(first!.booking.id, buyer)
  expect(terms).toMatchObject({ held: false, goes: [{ own: false, guestEmail: one }], paidPaise: 10_000 })
  expect(terms.stays.map((seat) => [seat.own, seat.guestEmail])).toEqual([
    [true, null],
    [false, other],
  ])
  await seats.cancel(first!.booking.id, buyer)
  expect((await seats.terms(own.id, buyer)).stays).toMatchObject([{ guestEmail: other }])
})

test('refuses more seats than there are, and none at all', async () => {
  const buyer = await server.person()
  const sessionId = await seats.session({ capacity: 2 })
  const many = { guests: [guest(), guest()] }
  await expect(seats.book(sessionId, buyer, many)).rejects.toMatchObject({
    code: 'session-full',
    message: expect.stringContaining('Only 2 seats are left') as string,
  })
  await expect(seats.book(sessionId, buyer, { self: false })).rejects.toMatchObject({ code: 'bad-input' })
})
