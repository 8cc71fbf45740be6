/** What happens beside the pages of a school: at Razorpay's dashboard, and in the night. */
import { createJobs } from '../../server/src/jobs/jobs.ts'
import { createLog } from '../../server/src/log.ts'
import { settingOf } from './newcomer.ts'
import { until } from './person.ts'
import type { Member, School } from './school.ts'

/** An account at the sandbox to be paid to, as the dashboard makes one. @returns its id */
export async function openAccount({ product }: School, { name, account }: Member): Promise<string> {
  const [key, secret] = ['RAZORPAY_KEY_ID', 'RAZORPAY_KEY_SECRET'].map((it) => settingOf(product, it))
  const answer = await fetch(`${settingOf(product, 'RAZORPAY_API_URL')}/v2/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${key}:${secret}`)}` },
    body: JSON.stringify({
      type: 'route',
      email: account.email,
      phone: '9000090000',
      legal_business_name: name,
      business_type: 'individual',
      contact_name: name,
    }),
  })
  return ((await answer.json()) as { id: string }).id // as its API says
}

/** What the servers do by themselves when the day is over. Resolves once its report is there. */
export async function endDay({ product, db }: School): Promise<void> {
  const reports = async () => (await db.selectFrom('reconciliation').select('id').execute()).length
  const before = await reports()
  const databaseUrl = settingOf(product, 'DATABASE_URL')
  const jobs = createJobs({ databaseUrl, log: createLog('silent'), crons: false })
  jobs.work([])
  await jobs.send(db, 'ledger.reconcile', {})
  await jobs.close()
  await until('the report of the day', async () => (await reports()) > before, 60)
}
