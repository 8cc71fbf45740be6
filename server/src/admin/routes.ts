import { adminRoutes as routes } from '@peerlearn/contract/admin'
import { AppError } from '@peerlearn/contract/errors'
import { audit } from '../audit/audit.ts'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import { everySeconds } from './history.ts'
import type { LiveView } from './live-view.ts'
import { readOverview } from './overview.ts'

interface AdminDeps {
  db: Db
  pool: Pick<SfuPool, 'find' | 'drain'>
  view: Pick<LiveView, 'live' | 'samples'>
}

export const adminRoutes = ({ db, pool, view }: AdminDeps): Binding[] => [
  on(routes.overview, async () => readOverview(db, await view.live())),
  on(routes.history, () => Promise.resolve({ everySeconds, samples: [...view.samples] })),
  on(routes.drain, async ({ who, params: { id } }) => {
    await drain(pool, id, true)
    await audit(db, { actorId: who.userId, action: 'node.drain-begun', subject: `node:${id}` })
    return {}
  }),
  on(routes.undrain, async ({ who, params: { id } }) => {
    await drain(pool, id, false)
    await audit(db, { actorId: who.userId, action: 'node.drain-taken-back', subject: `node:${id}` })
    return {}
  }),
]

/** @throws AppError `not-found`, `media-unavailable` */
async function drain(pool: AdminDeps['pool'], nodeId: string, draining: boolean): Promise<void> {
  if (!pool.find(nodeId)) throw new AppError('not-found', 'There is no such media node.')
  await pool.drain(nodeId, draining)
}
