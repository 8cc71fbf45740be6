import { availabilityRoutes as routes } from '@peerlearn/contract/availability'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { findFree, readAvailability, setAvailability } from './availability.ts'

export const availabilityBindings = ({ db, now }: { db: Db; now: () => Date }): Binding[] => [
  on(routes.mine, ({ who }) => readAvailability(db, who.userId)),
  on(routes.set, ({ who, body }) => setAvailability(db, who.userId, body)),
  on(routes.free, ({ params, query }) => findFree(db, params.id, { now: now().getTime(), days: query.days })),
]
