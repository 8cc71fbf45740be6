/** Where somebody is signed in, and signing out there. */
import type { Device } from '@peerlearn/contract/security'
import { AppError } from '@peerlearn/contract/errors'
import { audit } from '../audit/audit.ts'
import type { Bus } from '../bus.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { endLogins, isAlive, tellEnded } from './logins.ts'

/** Last seen first; far more than anybody has. */
const most = 100

export async function listDevices(db: DbOrTrx, { userId, loginId }: Who): Promise<Device[]> {
  const rows = await db
    .selectFrom('login')
    .select(['id', 'device', 'address', 'seen_at', 'created_at'])
    .where('account_id', '=', userId)
    .where(isAlive)
    .orderBy('seen_at', 'desc')
    .limit(most)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    device: row.device || 'An unknown device',
    address: row.address,
    seenAt: row.seen_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    here: row.id === loginId,
  }))
}

interface DeviceDeps {
  db: Db
  bus: Bus
}

/** Ends one login of this person; its sockets and media close. @throws AppError `not-found` */
export async function endDevice({ db, bus }: DeviceDeps, { userId }: Who, id: string): Promise<void> {
  const ended = await db.transaction().execute(async (trx) => {
    const ended = await endLogins(trx, { accountId: userId, only: id })
    if (ended.length === 0) throw new AppError('not-found', 'This device is signed out already.')
    await audit(trx, { actorId: userId, action: 'login.ended', subject: `login:${id}` })
    return ended
  })
  tellEnded(bus, ended)
}

/** Ends all but this login. @returns how many there were */
export async function endOtherDevices({ db, bus }: DeviceDeps, { userId, loginId }: Who): Promise<number> {
  const ended = await db.transaction().execute(async (trx) => {
    const ended = await endLogins(trx, { accountId: userId, except: loginId })
    if (ended.length > 0)
      await audit(trx, {
        actorId: userId,
        action: 'logins.ended',
        subject: `account:${userId}`,
        data: { ended: ended.length },
      })
    return ended
  })
  tellEnded(bus, ended)
  return ended.length
}
