/** Things that belong to one person, as rows: for the tests of whom they are kept from. */
import { newId } from '../src/db.ts'
import { documentJobs } from '../src/documents/issue.ts'
import { newBooking, newSession } from './factories.ts'
import type { Person, TestServer } from './harness.ts'

interface Owned {
  /** The thing's id, as it stands in the path or the body. */
  id: string
  owner: Person
  /** The other one in it: a learner with a seat in the mentor's session. */
  partner?: Person
}

export type Making = (server: TestServer) => Promise<Owned>

const people = async (server: TestServer) => ({
  mentor: await server.person({ roles: ['mentor'] }),
  learner: await server.person(),
})

const session: Making = async (server) => {
  const { mentor, learner } = await people(server)
  const id = await newSession(server.db, { mentorId: mentor.userId })
  await newBooking(server.db, { sessionId: id, learnerId: learner.userId })
  return { id, owner: mentor, partner: learner }
}

/** Of which somebody with a seat may say how it was. */
const seatInEndedSession: Making = async (server) => {
  const { mentor, learner } = await people(server)
  const at = new Date(Date.now() - 7_200_000)
  const times = { starts_at: at, started_at: at, ended_at: new Date() }
  const id = await newSession(server.db, { mentorId: mentor.userId, status: 'ended', ...times })
  await newBooking(server.db, { sessionId: id, learnerId: learner.userId })
  return { id, owner: learner, partner: mentor }
}

const booking: Making = async (server) => {
  const { mentor, learner } = await people(server)
  const sessionId = await newSession(server.db, { mentorId: mentor.userId })
  const id = await newBooking(server.db, { sessionId, learnerId: learner.userId })
  return { id, owner: learner, partner: mentor }
}

const purchase: Making = async (server) => {
  const { mentor, learner } = await people(server)
  const id = newId()
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, price_paise: 50_000 })
  await server.db
    .insertInto('purchase')
    .values({
      id,
      buyer_id: learner.userId,
      mentor_id: mentor.userId,
      session_id: sessionId,
      quantity: 1,
      list_paise: 50_000,
      amount_paise: 50_000,
      status: 'open',
      held_until: new Date(Date.now() + 600_000),
    })
    .execute()
  return { id, owner: learner, partner: mentor }
}

const document: Making = async (server) => {
  const { db } = server
  const { id: purchase_id, ...people } = await purchase(server)
  await db
    .updateTable('purchase')
    .set({ status: 'paid', held_until: null, paid_at: new Date() })
    .where('id', '=', purchase_id)
    .execute()
  const paymentId = newId()
  const at = { order_id: `order_${paymentId}`, payment_id: `pay_${paymentId}`, method: 'upi' }
  const paise = { amount_paise: 50_000, captured_paise: 50_000 }
  await db
    .insertInto('payment')
    .values({
      id: paymentId,
      purchase_id,
      account_id: people.owner.userId,
      ...at,
      ...paise,
      status: 'captured',
    })
    .execute()
  const issue = documentJobs({ db, now: () => new Date() })['document.issue']!
  await issue({ paymentId }, { last: true, signal: new AbortController().signal })
  const { id } = await db
    .selectFrom('document')
    .select('id')
    .where('payment_id', '=', paymentId)
    .executeTakeFirstOrThrow()
  return { id, ...people }
}

const coupon: Making = async (server) => {
  const { mentor, learner } = await people(server)
  const id = newId()
  const code = `C${id.slice(-8).toUpperCase()}`
  await server.db.insertInto('coupon').values({ id, mentor_id: mentor.userId, code, percent: 10 }).execute()
  return { id, owner: mentor, partner: learner }
}

const series: Making = async (server) => {
  const { mentor, learner } = await people(server)
  const id = newId()
  const rule = { from: '2026-11-23', time: '18:00', weekdays: [1], everyWeeks: 1, count: 4 }
  await server.db
    .insertInto('series')
    .values({ id, mentor_id: mentor.userId, rule: JSON.stringify(rule), time_zone: 'Asia/Kolkata' })
    .execute()
  return { id, owner: mentor, partner: learner }
}

const packOffer: Making = async (server) => {
  const { mentor, learner } = await people(server)
  const id = newId()
  const offer = { title: 'Five evenings', credits: 5, price_paise: 200_000, valid_days: 90 }
  await server.db
    .insertInto('pack_offer')
    .values({ id, mentor_id: mentor.userId, ...offer })
    .execute()
  return { id, owner: mentor, partner: learner }
}

const application: Making = async (server) => {
  const owner = await server.person()
  const id = newId()
  await server.db
    .insertInto('mentor_application')
    .values({ id, account_id: owner.userId, about: 'Mine.' })
    .execute()
  return { id, owner }
}

const notification: Making = async (server) => {
  const owner = await server.person()
  const id = newId()
  const words = { title: 'For one', message: 'For one alone.' }
  await server.db
    .insertInto('notification')
    .values({ id, account_id: owner.userId, ...words })
    .execute()
  return { id, owner }
}

const device: Making = async (server) => {
  const owner = await server.person()
  return { id: (await server.again(owner)).loginId, owner }
}

const passkey: Making = async (server) => {
  const owner = await server.person()
  const id = newId().replaceAll('-', '_')
  const key = { public_key: Buffer.from('a key'), counter: 0, name: 'A phone' }
  await server.db
    .insertInto('passkey')
    .values({ id, account_id: owner.userId, ...key })
    .execute()
  return { id, owner }
}

export const things = {
  session,
  seatInEndedSession,
  booking,
  purchase,
  document,
  coupon,
  packOffer,
  series,
  application,
  notification,
  device,
  passkey,
}
