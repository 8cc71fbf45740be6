import { readinessRoutes as routes } from '@peerlearn/contract/readiness'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { readBoard, storeReadiness } from './readiness.ts'

export const bindReadiness = (deps: { db: Db; now: () => Date }): Binding[] => [
  on(routes.store, ({ who, body }) => storeReadiness(deps, who.userId, body)),
  on(routes.board, ({ params, who }) => readBoard(deps, params.id, who.userId)),
]
