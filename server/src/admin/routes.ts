import { adminRoutes as routes } from '@peerlearn/contract/admin'
import { AppError } from '@peerlearn/contract/errors'
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
  on(routes.drain, ({ params }) => drain(pool, params.id, true)),
  on(routes.undrain, ({ params }) => drain(pool, params.id, false)),
]

async function drain(
  pool: AdminDeps['pool'],
  nodeId: string,
  draining: boolean,
): Promise<Record<never, never>> {
  if (!pool.find(nodeId)) throw new AppError('not-found', 'There is no such media node.')
  await pool.drain(nodeId, draining)
  return {}
}
