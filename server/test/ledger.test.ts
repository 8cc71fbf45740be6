import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { postEntry, type LedgerEntry } from '../src/ledger/ledger.ts'
import { findDifferences, unexplained } from '../src/ledger/verify.ts'
import { openShop, type Shop } from './payments-shop.ts'

let shop: Shop
/** A payment that was captured. */
let paymentId: string
beforeAll(async () => {
  shop = await openShop()
  const { purchaseId, learner } = await shop.held()
  await shop.verify(await shop.pay((await shop.order(purchaseId, learner)).orderId), learner)
  const row = shop.server.db.selectFrom('payment').select('id').where('purchase_id', '=', purchaseId)
  paymentId = (await row.executeTakeFirstOrThrow()).id
})

const entry = (wish: Partial<LedgerEntry> = {}): LedgerEntry => ({
  key: `test:${newId()}`,
  kind: 'test',
  paymentId,
  lines: [
    { account: 'gateway', amountPaise: 500 },
    { account: 'fees', amountPaise: -500 },
  ],
  ...wish,
})

/** Nothing of it stays. */
async function triedOut(run: (trx: Parameters<typeof postEntry>[0]) => Promise<unknown>): Promise<unknown> {
  const { db } = shop.server
  const undone = new Error('undone')
  let answer: unknown
  await db
    .transaction()
    .execute(async (trx) => {
      answer = await run(trx)
      await sql`set constraints all immediate`.execute(trx)
      throw undone
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
    })
  return answer
}

describe('an entry', () => {
  test('that does not balance can’t be committed, however it is written', async () => {
    const lopsided = entry({ lines: [{ account: 'gateway', amountPaise: 500 }] })
    await expect(triedOut((trx) => postEntry(trx, lopsided))).rejects.toMatchObject({
      constraint: 'ledger_balances',
    })
    const { db } = shop.server
    const bare = sql`insert into ledger_entry (id, key, kind) values (${newId()}, 'bare', 'test')`.execute(db)
    await expect(bare).rejects.toMatchObject({ constraint: 'ledger_balances' })
    const late = sql`insert into ledger_line (entry_id, account, amount_paise)
      select id, 'fees', 7 from ledger_entry limit 1`.execute(db)
    await expect(late).rejects.toMatchObject({ constraint: 'ledger_balances' })
  })

  test('of one movement is written once by twenty who tell of it at the same moment', async () => {
    const same = entry({ key: 'told-by-twenty' })
    const { db } = shop.server
    const told = await Promise.all(
      Array.from({ length: 20 }, () => db.transaction().execute((trx) => postEntry(trx, same))),
    )
    expect(told.filter(Boolean)).toHaveLength(1)
    const back = same.lines.map(({ account, amountPaise }) => ({ account, amountPaise: -amountPaise }))
    await db.transaction().execute((trx) => postEntry(trx, entry({ lines: back })))
  })

  test('is never changed or taken out', async () => {
    const { db } = shop.server
    for (const statement of [
      'update ledger_line set amount_paise = amount_paise + 1',
      'delete from ledger_line',
      'truncate ledger_line',
      "update ledger_entry set kind = 'other'",
      'delete from ledger_entry',
    ])
      await expect(sql.raw(statement).execute(db), statement).rejects.toThrow('append-only')
  })
})

/** As somebody could who owns the database: with the triggers out of the way, in a transaction that is undone. */
const tampered = (statement: string) =>
  triedOut(async (trx) => {
    for (const table of ['ledger_entry', 'ledger_line'])
      await sql.raw(`alter table ${table} disable trigger user`).execute(trx)
    await sql.raw(statement).execute(trx)
    return findDifferences(trx)
  }) as ReturnType<typeof findDifferences>

describe('the check of the books', () => {
  test('explains every paisa', async () => {
    expect(await shop.differences()).toEqual([])
    const fee = 1178
    expect(await shop.balances()).toEqual({ gateway: 49_900 - fee, 'gateway-fees': fee, held: -49_900 })
  })

  test.each([
    ['a changed line', `update ledger_line set amount_paise = amount_paise - 100 where account = 'gateway'`],
    ['a line that is gone', `delete from ledger_line where account like 'held:%'`],
    [
      'an entry that is gone with its lines',
      `delete from ledger_line where entry_id in (select id from ledger_entry where kind = 'capture');
       delete from ledger_entry where kind = 'capture'`,
    ],
    [
      'a balanced entry that nothing explains',
      `insert into ledger_entry (id, key, kind) values ('${newId()}', 'smuggled', 'gift');
       insert into ledger_line select id, account, paise from ledger_entry,
         (values ('gateway', -5000), ('fees', 5000)) as line (account, paise) where key = 'smuggled'`,
    ],
    [
      'a payment that is said to be larger',
      'update payment set amount_paise = 60000, captured_paise = 60000',
    ],
    ['a refund that nobody wrote down', 'update payment set refunded_paise = 100'],
    ['money without a purchase', `update purchase set status = 'expired', paid_at = null`],
  ])('finds %s', async (_what, statement) => {
    const found = await tampered(statement)
    expect(unexplained(found)).toBeGreaterThan(0)
    expect(found[0]?.subject).toMatch(/^(payment|entry|purchase):/)
  })
})

describe('npm run ledger:verify', () => {
  const run = async () => {
    const { RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET, RAZORPAY_API_URL } = shop.server.config
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../scripts/ledger-verify.ts')], {
      env: {
        ...process.env,
        DATABASE_URL: shop.databaseUrl,
        RAZORPAY_KEY_ID,
        RAZORPAY_KEY_SECRET,
        RAZORPAY_API_URL,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    return { code, said }
  }

  test('says 0, and ends with 1 and the place when there is a difference', async () => {
    expect(await run()).toEqual({ code: 0, said: expect.stringContaining('0 unexplained paise') as string })
    const { db } = shop.server
    await sql.raw('alter table ledger_line disable trigger user').execute(db)
    await sql
      .raw("update ledger_line set amount_paise = amount_paise + 100 where account = 'gateway'")
      .execute(db)
    const { code, said } = await run()
    expect(code).toBe(1)
    expect(said).toContain(`payment:${paymentId}: account gateway holds`)
    await sql
      .raw("update ledger_line set amount_paise = amount_paise - 100 where account = 'gateway'")
      .execute(db)
  })
})
