import { auditRoutes as routes } from '@peerlearn/contract/audit'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { findEntries } from './queries.ts'

export const auditBindings = ({ db }: { db: Db }): Binding[] => [
  on(routes.entries, ({ query }) => findEntries(db, query)),
]
