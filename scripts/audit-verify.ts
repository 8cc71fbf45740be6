/** `npm run audit:verify [-- SEQ:HASH]`: walks the audit log; SEQ:HASH is a head noted before. */
import { createDb } from '@peerlearn/server/db'
import { verifyAudit } from '@peerlearn/server/audit'
import { databaseUrl } from './launch/trial-database.ts'
import { Refusal, runMain } from './setup/refusal.mjs'

await runMain(async () => {
  const url = databaseUrl(process.env)
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(process.argv[2] ?? '') ?? []
  if (process.argv[2] && !hash) throw new Refusal('A head is written as SEQ:HASH, as this command prints it.')
  const db = createDb(url, 1)
  try {
    const { rows, head, fault } = await verifyAudit(db, seq && hash ? { seq: Number(seq), hash } : undefined)
    if (fault) throw new Refusal(`The audit log was changed at row ${fault.seq}: ${fault.why}.`)
    console.log(`${rows} rows, each follows the one before.${head ? ` Head: ${head.seq}:${head.hash}` : ''}`)
  } finally {
    await db.destroy()
  }
})
