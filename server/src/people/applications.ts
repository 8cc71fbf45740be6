/** Applications to teach: sent in by anybody whose email is proved, decided by an admin. */
import { AppError } from '@peerlearn/contract/errors'
import type { Applicant, Application, Member, peopleRoutes } from '@peerlearn/contract/people'
import type { BodyOf, QueryOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import { violates, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Notify, WillTell } from '../notifications/notifications.ts'
import { tellOfApplication } from '../users/application-news.ts'
import { applicationColumns, insertApplication, toApplication } from '../users/applications.ts'
import { pageFrom } from './paging.ts'
import { lockMember, setRoles } from './queries.ts'

export interface ApplicationDeps {
  db: Db
  notify: Notify
  willTell: WillTell
}

/** Admins are told. @throws AppError `already-mentor`, `already-applied` */
export async function apply(
  deps: Pick<ApplicationDeps, 'db' | 'willTell'>,
  who: Who,
  about: string,
): Promise<Application> {
  if (who.roles.includes('mentor')) throw new AppError('already-mentor', 'You are a mentor already.')
  const accountId = who.userId
  const { application, tellNow } = await deps.db
    .transaction()
    .execute(async (trx) => {
      const application = await insertApplication(trx, { accountId, about })
      const tellNow = await tellOfApplication(deps, trx, { accountId, applicationId: application.id })
      return { application, tellNow }
    })
    .catch((error: unknown) => {
      if (!violates(error, 'mentor_application_pending')) throw error
      throw new AppError('already-applied', 'Your application is with us already. You hear of it soon.')
    })
  await tellNow()
  return application
}

/** @throws AppError `not-found`, `already-decided` */
export async function withdraw({ db }: { db: Db }, who: Who, id: string): Promise<Application> {
  const row = await db
    .updateTable('mentor_application')
    .set({ status: 'withdrawn' })
    .where('id', '=', id)
    .where('account_id', '=', who.userId)
    .where('status', 'in', ['pending', 'withdrawn'])
    .returning(applicationColumns)
    .executeTakeFirst()
  if (row) return toApplication(row)
  const other = await db
    .selectFrom('mentor_application')
    .select('id')
    .where('id', '=', id)
    .where('account_id', '=', who.userId)
    .executeTakeFirst()
  throw other ? decidedAlready() : notFound()
}

type Filter = QueryOf<typeof peopleRoutes.applications>

/** Those that wait, oldest first; or those decided, newest first. Ids grow with time. */
export async function listApplications(
  db: DbOrTrx,
  { status, cursor, limit }: Filter,
): Promise<{ items: Applicant[]; nextCursor: string | null }> {
  const waiting = status === 'pending'
  let query = selectApplicants(db)
    .orderBy('mentor_application.id', waiting ? 'asc' : 'desc')
    .limit(limit + 1)
  query = waiting
    ? query
        .where('status', '=', 'pending')
        .where('email_verified_at', 'is not', null)
        .where('suspended_at', 'is', null)
    : query.where('status', 'in', ['approved', 'refused'])
  if (cursor !== undefined) query = query.where('mentor_application.id', waiting ? '>' : '<', cursor)
  return pageFrom(await query.execute(), limit, toApplicant, (row) => row.id)
}

type Decision = BodyOf<typeof peopleRoutes.decide>

/** The applicant is told with the answer. @throws AppError `not-found`, `already-decided`, `email-unverified` */
export async function decide(
  { db, notify }: ApplicationDeps,
  { id, who }: { id: string; who: Who },
  { decision, answer }: Decision,
): Promise<Applicant> {
  const applicant = await db.transaction().execute(async (trx) => {
    const { member, status } = await lockApplication(trx, id)
    const accountId = member.id
    if (status !== 'pending') throw decidedAlready()
    if (decision === 'approved') await makeMentor(trx, member)
    await trx
      .updateTable('mentor_application')
      .set({ status: decision, answer, decided_by: who.userId, decided_at: sql`now()` })
      .where('id', '=', id)
      .execute()
    const decided = await selectApplicants(trx)
      .where('mentor_application.id', '=', id)
      .executeTakeFirstOrThrow()
    const data = { applicationId: id }
    await audit(trx, {
      actorId: who.userId,
      action: `application.${decision}`,
      subject: `account:${accountId}`,
      data,
    })
    return toApplicant(decided)
  })
  await notify([applicant.userId], decision === 'approved' ? welcome(answer) : refusal(answer))
  return applicant
}

async function makeMentor(trx: DbOrTrx, member: Member): Promise<void> {
  if (!member.verified) throw new AppError('email-unverified', 'Their email is not proved yet.')
  if (member.suspendedAt) throw new AppError('suspended', 'Their account is suspended. Lift that first.')
  await setRoles(trx, member, [...member.roles, 'mentor'])
}

/** The account before the application, as erasing takes them: two that wait for each other would both fail. */
async function lockApplication(trx: DbOrTrx, id: string) {
  const one = trx.selectFrom('mentor_application').where('id', '=', id)
  const sender = await one.select('account_id as id').executeTakeFirst()
  if (!sender) throw notFound()
  const member = await lockMember(trx, sender.id)
  const row = await one.select('status').forUpdate().executeTakeFirst()
  if (!row || row.status === 'withdrawn') throw notFound()
  return { member, status: row.status }
}

const selectApplicants = (db: DbOrTrx) =>
  db
    .selectFrom('mentor_application')
    .innerJoin('account', 'account.id', 'mentor_application.account_id')
    .select([
      'mentor_application.id',
      'mentor_application.about',
      'mentor_application.status',
      'mentor_application.answer',
      'mentor_application.created_at',
      'mentor_application.decided_at',
      'account.id as userId',
      'account.name',
      'account.email',
      'account.created_at as memberSince',
    ])
    .where('account.erased_at', 'is', null)

type ApplicantRow = Awaited<ReturnType<ReturnType<typeof selectApplicants>['execute']>>[number]

const toApplicant = ({ userId, name, email, memberSince, ...application }: ApplicantRow): Applicant => ({
  application: toApplication(application),
  userId,
  name,
  email,
  memberSince: memberSince.toISOString(),
})

const said = (answer: string) => (answer ? [`The answer: “${answer}”`] : [])

const welcome = (answer: string) => ({
  kind: 'account' as const,
  title: 'You are a mentor now',
  message: ['Your application was approved. Publish your first session.', ...said(answer)].join(' '),
  link: '/teach?new',
})

const refusal = (answer: string) => ({
  kind: 'account' as const,
  title: 'Your application was not approved',
  message: ['It was read with care, and not approved this time.', ...said(answer)].join(' '),
  link: '/become-a-mentor',
})

const notFound = () => new AppError('not-found', 'There is no such application.')
const decidedAlready = () => new AppError('already-decided', 'This application was decided already.')
