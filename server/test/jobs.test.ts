/** Background jobs: asked for inside a transaction, done at least once, whatever dies. */
import { createServer, type Socket } from 'node:net'
import { jobRoutes } from '@peerlearn/contract/jobs'
import { sql } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { newId, type Db } from '../src/db.ts'
import { failureWords } from '../src/jobs/failure.ts'
import { GiveUp, jobNames, jobTable, type JobHandlers } from '../src/jobs/job-table.ts'
import { createJobs, type Jobs } from '../src/jobs/jobs.ts'
import { createLog } from '../src/log.ts'
import { createMail } from '../src/mail/mail.ts'
import { createUnsubscribeLinks } from '../src/mail/unsubscribe-links.ts'
import { closeLater, eventually, fileDatabase, freePort, openDb, startServer, testConfig } from './harness.ts'
import { environment, startProcess } from './harness-process.ts'
import { startMailServer } from './mail-server.ts'

/** Two servers' workers may have the same handlers. */
async function startJobs(handlers: JobHandlers): Promise<Jobs> {
  const jobs = createJobs({ databaseUrl: await fileDatabase(), log: createLog('silent'), crons: false })
  closeLater(() => jobs.close())
  jobs.work([handlers])
  return jobs
}

const noting =
  (ran: string[]) =>
  ({ mailId }: { mailId: string }) => {
    ran.push(mailId)
    return Promise.resolve()
  }

/** Tries that wait for their time come now. */
const hurry = (db: Db) => sql`update pgboss.job set start_after = now() where state = 'retry'`.execute(db)

const statesOf = async (db: Db, mailId: string) => {
  const { rows } = await sql<{ state: string; output: { message: string } | null }>`
    select state, output from pgboss.job where data ->> 'mailId' = ${mailId}`.execute(db)
  return rows
}

test('a job that was asked for in a transaction that is rolled back never runs', async () => {
  const db = await openDb()
  const ran: string[] = []
  const jobs = await startJobs({ 'mail.send': noting(ran) })
  const [kept, dropped] = [newId(), newId()]
  await db
    .transaction()
    .execute(async (trx) => {
      await jobs.send(trx, 'mail.send', { mailId: dropped })
      throw new Error('changed its mind')
    })
    .catch(() => undefined)
  await db.transaction().execute((trx) => jobs.send(trx, 'mail.send', { mailId: kept }))
  await eventually(() => expect(ran).toEqual([kept]))
  expect(await statesOf(db, dropped)).toEqual([])
  await jobs.close()
})

test('of many jobs and two servers each job runs once, and none waits for a poll', async () => {
  const db = await openDb()
  const ran: string[] = []
  const handlers: JobHandlers = { 'mail.send': noting(ran) }
  const one = await startJobs(handlers)
  const two = await startJobs(handlers)
  const ids = Array.from({ length: 200 }, () => newId())
  await one.sendAll(
    db,
    'mail.send',
    ids.map((mailId) => ({ mailId })),
  )
  await eventually(() => expect(ran.length).toBeGreaterThanOrEqual(ids.length))
  expect([...ran].sort()).toEqual([...ids].sort())
  await Promise.all([one.close(), two.close()])
})

test('a waiting job with the same key is one job, with the newer data and time', async () => {
  const db = await openDb()
  const ran: string[] = []
  const jobs = await startJobs({ 'mail.send': noting(ran) })
  const [early, late] = [newId(), newId()]
  await jobs.send(db, 'mail.send', { mailId: early }, { key: 'one', after: new Date(Date.now() + 3_600_000) })
  await jobs.send(db, 'mail.send', { mailId: late }, { key: 'one' })
  await eventually(() => expect(ran).toEqual([late]))
  expect(await statesOf(db, early)).toEqual([])
  await jobs.close()
})

test('a job that fails is tried again; one that gives up is not, and can be tried again by hand', async () => {
  const db = await openDb()
  let broken = true
  const tries: string[] = []
  const jobs = await startJobs({
    'mail.send': ({ mailId }) => {
      tries.push(mailId)
      if (mailId === hopeless && broken) throw new GiveUp('nobody has this address')
      if (broken) throw new Error('not now')
      return Promise.resolve()
    },
  })
  const [later, hopeless] = [newId(), newId()]
  await jobs.send(db, 'mail.send', { mailId: later })
  await jobs.send(db, 'mail.send', { mailId: hopeless })
  await eventually(async () => {
    expect(await statesOf(db, later)).toMatchObject([{ state: 'retry', output: { message: 'not now' } }])
    expect(await statesOf(db, hopeless)).toMatchObject([{ state: 'failed' }])
  })
  broken = false
  await hurry(db)
  await eventually(async () => expect(await statesOf(db, later)).toMatchObject([{ state: 'completed' }]))
  expect(tries.filter((id) => id === hopeless)).toHaveLength(1)
  const { rows } = await sql<{
    id: string
  }>`select id from pgboss.job where data ->> 'mailId' = ${hopeless}`.execute(db)
  expect(await jobs.retry('mail.send', rows[0]!.id)).toBe(true)
  await eventually(async () => expect(await statesOf(db, hopeless)).toMatchObject([{ state: 'completed' }]))
  await jobs.close()
})

test('what is kept of a failure holds no secret and no address of a person', () => {
  const secret = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0'
  const words = failureWords(
    new Error(
      `550 <asha.rao@example.org> unknown; smtp://me:hunter22@mail.example.org:587/?a=1 token=abc Bearer ${secret} ${secret}\n at stack`,
    ),
  )
  for (const hidden of ['asha', 'hunter22', secret, 'abc', 'stack', 'a=1'])
    expect(words).not.toContain(hidden)
  expect(words).toContain('550 <…@example.org> unknown; smtp://mail.example.org:587/…')
  expect(failureWords(new Error('no session 0199a0b2-8f3c-7c11-9d52-3c5b7a8e9f10'))).toContain('0199a0b2')
})

test('a server that stops while a job runs leaves it to another one', async () => {
  const db = await openDb()
  const begun = Promise.withResolvers<void>()
  const one = await startJobs({
    'mail.send': () => {
      begun.resolve()
      return new Promise(() => undefined)
    },
  })
  const mailId = newId()
  await one.send(db, 'mail.send', { mailId })
  await begun.promise
  await one.close()
  expect(await statesOf(db, mailId)).toMatchObject([{ state: 'retry' }])
  const ran: string[] = []
  const two = await startJobs({ 'mail.send': noting(ran) })
  await hurry(db)
  await eventually(() => expect(ran).toEqual([mailId]))
  await two.close()
})

test('every job has a feature that does it', async () => {
  const server = await startServer()
  expect([...server.app.jobs.handled].sort()).toEqual([...jobNames].sort())
  await server.close()
})

test('jobs that come by themselves are valid, and take nothing', () => {
  for (const name of jobNames) {
    const { cron, data } = jobTable[name]
    if (cron) expect(data.safeParse({}).success, name).toBe(true)
  }
})

test('an admin sees what waits and what failed and why, tries it again, and gives it up; nobody else does', async () => {
  const server = await startServer({ env: { SMTP_URL: `smtp://127.0.0.1:${await freePort()}` } })
  onTestFinished(() => server.close())
  const [admin, learner] = [await server.person({ roles: ['admin'] }), await server.person()]
  await server.app.notify([learner.userId], { kind: 'booking', title: 'Booked', message: 'A seat.' })
  const overview = () => server.api(jobRoutes.overview, {}, admin)
  const trouble = async () => (await overview()).troubled.filter(({ name }) => name === 'mail.send')
  const [job] = await eventually(async () => {
    const found = await trouble()
    expect(found).toMatchObject([{ state: 'again', tries: 1 }])
    return found
  })
  expect(job!.failure).toContain('ECONNREFUSED')
  const { queues } = await overview()
  expect(queues.map(({ name }) => name)).toEqual([...jobNames].sort())
  expect(queues.find(({ name }) => name === 'mail.send')).toMatchObject({ again: 1, failed: 0, active: 0 })
  for (const { name, about } of [...queues, job!])
    expect(about, `${name} in a sentence`).toMatch(/^[A-Z].+\.$/)

  const params = { name: 'mail.send', id: job!.id }
  await server.api(jobRoutes.retry, { params, body: {} }, admin)
  await eventually(async () => expect(await trouble()).toMatchObject([{ tries: 2 }]))
  await expect(server.api(jobRoutes.remove, { params }, admin)).rejects.toMatchObject({ code: 'not-found' })
  await sql`update pgboss.job set state = 'failed', completed_on = now() where id = ${job!.id}`.execute(
    server.db,
  )
  await server.api(jobRoutes.remove, { params }, admin)
  expect(await trouble()).toEqual([])
  const audited = server.db
    .selectFrom('audit_event')
    .select('action')
    .where('subject', '=', `job:${job!.id}`)
    .orderBy('seq')
  expect(await audited.execute()).toEqual([{ action: 'job.retried' }, { action: 'job.removed' }])
  await expect(server.api(jobRoutes.overview, {}, learner)).rejects.toMatchObject({ code: 'forbidden' })
})

test('a server that is killed while jobs run leaves nothing undone: another one does them, once', async () => {
  const db = await openDb()
  const asking = await startJobs({})
  const mail = createMail({
    jobs: asking,
    publicUrl: 'http://localhost',
    unsubscribeLinks: createUnsubscribeLinks(testConfig(), 'http://localhost'),
  })
  const silent = await startSilentServer()
  const doomed = startProcess({ ...(await environment()), SMTP_URL: silent.url })
  const emails = Array.from({ length: 3 }, () => `${newId()}@example.org`)
  const wish = { accountId: null, kind: 'booking', subject: 'Booked', paragraphs: [] }
  await mail.sendAll(
    db,
    emails.map((email) => ({ ...wish, email })),
  )
  // It has begun them all, and waits for a mail server that says nothing.
  await patiently(() => expect(silent.connections(), doomed.output()).toBe(3))
  doomed.child.kill('SIGKILL')
  await doomed.ended
  const post = await startMailServer()
  const next = startProcess({ ...(await environment()), SMTP_URL: post.url })
  // Admins are mailed, too: it has no media node.
  const arrived = () => post.received.flatMap(({ to }) => to.filter((one) => emails.includes(one))).sort()
  await patiently(async () => {
    await hurry(db)
    expect(arrived(), next.output()).toEqual(emails.toSorted())
  })
  next.child.kill('SIGTERM')
  expect(await next.ended).toBe(0)
  expect(arrived()).toHaveLength(3)
  await asking.close()
}, 180_000)

/** A process takes its time to start on a busy machine, and a dead one’s jobs are noticed after ten seconds. */
const patiently = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 200 })

/** A mail server that takes calls and never says a word. */
async function startSilentServer() {
  const calls = new Set<Socket>()
  const server = createServer((socket) => void calls.add(socket.on('error', () => undefined)))
  const port = await freePort()
  await new Promise<void>((up) => server.listen(port, '127.0.0.1', up))
  closeLater(async () => {
    for (const call of calls) call.destroy()
    await new Promise((closed) => void server.close(closed))
  })
  return { url: `smtp://127.0.0.1:${port}`, connections: () => calls.size }
}
