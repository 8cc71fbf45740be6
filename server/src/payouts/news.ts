/** Who hears of a payout, and in which words. */
import { findAdminIds } from '../admin/queries.ts'
import type { Db } from '../db.ts'
import { alarm, type AlarmDeps } from '../payments/alarm.ts'
import { rupees } from '../payments/refund-news.ts'
import type { PayoutNews } from './transfer-facts.ts'

export interface TellPayoutDeps extends AlarmDeps {
  db: Db
}

/** Call it after the commit; each is told once however often it is called. */
export async function tellPayouts(deps: TellPayoutDeps, all: PayoutNews[]): Promise<void> {
  for (const { payoutId, news } of all) await words[news](deps, await getWords(deps.db, payoutId))
}

async function getWords(db: Db, id: string) {
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

const words: Record<PayoutNews['news'], (deps: TellPayoutDeps, told: Words) => Promise<void>> = {
  paid: async ({ notify }, { id, mentorId, amount, title, restarts }) =>
    notify([mentorId], {
      kind: 'payout',
      title: 'You were paid',
      message: `${amount} for “${title}” is on its way to your account.`,
      link: '/teach/earnings',
      key: `payout:${id}:${restarts}`,
    }),
  failed: (deps, { id, name, amount, failure, restarts }) =>
    alarm(deps, {
      title: 'A payout failed',
      message: `${amount} for ${name} did not arrive: ${failure ?? 'no reason was given'}${restarts === 0 ? ' It is tried again in half an hour.' : ' Look at the account, then begin it anew.'}`,
      key: `payout-failed:${id}:${restarts}`,
    }),
  reversed: (deps, { id, name, reversedPaise }) =>
    alarm(deps, {
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
