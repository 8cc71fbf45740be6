import { adminRoutes as routes, type Live } from '@peerlearn/contract/admin'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { readOverview } from './overview.ts'

/** `live` tells what the rooms are doing now. */
export const adminRoutes = (deps: { db: Db; live: () => Live | Promise<Live> }): Binding[] => [
  on(routes.overview, async () => readOverview(deps.db, await deps.live())),
]
