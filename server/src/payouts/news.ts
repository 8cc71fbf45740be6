/** Who hears of a payout, and in which words. */
import { findAdminIds } from '../admin/queries.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { Notify, TellNow } from '../notifications/notifications.ts'
import { alarm, type AlarmDeps } from '../payments/alarm.ts'
import { rupees } from '../rupees.ts'
import type { PayoutNews } from './transfer-facts.ts'

export interface TellPayoutDeps extends AlarmDeps {
  db: Db
  notify: Notify
}

/** In the transaction that moved them; each is told once however often it is called. @returns for after the commit */
export async function tellPayouts(deps: AlarmDeps, trx: DbOrTrx, all: PayoutNews[]): Promise<TellNow[]> {
  const told: TellNow[] = []
  for (const { payoutId, news } of all) told.push(await words[news](deps, trx, await getWords(trx, payoutId)))
  return told
}

async function getWords(db: DbOrTrx, id: string) {
  const { sentPaise, ...row } = await db
    .selectFrom('payout')
    .innerJoin('account as mentor', 'mentor.id', 'payout.mentor_id')
    .leftJoin('session', 'session.id', 'payout.session_id')
    .select(['payout.id', 'payout.mentor_id as mentorId', 'mentor.name', 'payout.failure', 'payout.restarts'])
    .select((eb) => eb.fn.coalesce('session.title', eb.val('an expired pack')).as('title'))
    .select((eb) => eb('payout.amount_paise', '-', eb.ref('payout.withheld_paise')).as('sentPaise'))
    .select('payout.reversed_paise as reversedPaise')
    .where('payout.id', '=', id)
    .executeTakeFirstOrThrow()
  return { ...row, amount: rupees(Number(sentPaise)) }
}
type Words = Awaited<ReturnType<typeof getWords>>

const words: Record<PayoutNews['news'], (deps: AlarmDeps, trx: DbOrTrx, told: Words) => Promise<TellNow>> = {
  paid: ({ willTell }, trx, { id, mentorId, amount, title, restarts }) =>
    willTell(trx, [
      {
        to: [mentorId],
        note: {
          kind: 'payout',
          title: 'You were paid',
          message: `${amount} for “${title}” is on its way to your account.`,
          link: '/teach/earnings',
          key: `payout:${id}:${restarts}`,
        },
      },
    ]),
  failed: (deps, trx, { id, name, amount, failure, restarts }) =>
    alarm(deps, trx, {
      title: 'A payout failed',
      message: `${amount} for ${name} did not arrive: ${failure ?? 'no reason was given'}${restarts === 0 ? ' It is tried again in half an hour.' : ' Look at the account, then begin it anew.'}`,
      key: `payout-failed:${id}:${restarts}`,
    }),
  reversed: (deps, trx, { id, name, reversedPaise }) =>
    alarm(deps, trx, {
      title: 'A payout was fetched back',
      message: `${rupees(reversedPaise)} that ${name} had been paid came back by a reversal on Razorpay’s own pages.`,
      key: `payout-reversed:${id}:${reversedPaise}`,
    }),
}

/** Said once a mentor; their earnings page says it too. */
export async function tellNoAccount({ db, notify }: TellPayoutDeps, mentorId: string): Promise<void> {
  const { name } = await db
    .selectFrom('account')
    .select('name')
    .where('id', '=', mentorId)
    .executeTakeFirstOrThrow()
  await notify(await findAdminIds(db), {
    kind: 'payout',
    title: 'A mentor has no account to be paid to',
    message: `Money waits for ${name}: set their linked account.`,
    link: '/admin/money',
    key: `no-account:${mentorId}`,
  })
}
