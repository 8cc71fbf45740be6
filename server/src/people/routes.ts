import { peopleRoutes as routes } from '@peerlearn/contract/people'
import { on, type Binding, type Who } from '../http.ts'
import { findApplicationsOf } from '../users/applications.ts'
import { apply, decide, listApplications, withdraw } from './applications.ts'
import { becomeOwner, isOwned } from './first-owner.ts'
import { listMembers } from './members.ts'
import { grant, revoke } from './roles.ts'
import type { StandingDeps } from './standing.ts'
import { lift, suspend } from './suspension.ts'

const byOwner = ({ roles }: Who) => roles.includes('owner')

export const peopleRoutes = (deps: StandingDeps): Binding[] => [
  on(routes.myApplications, async ({ who }) => ({ items: await findApplicationsOf(deps.db, who.userId) })),
  on(routes.apply, ({ who, body }) => apply(deps, who, body.about)),
  on(routes.withdraw, ({ who, params }) => withdraw(deps, who, params.id)),
  on(routes.applications, ({ query }) => listApplications(deps.db, query)),
  on(routes.decide, ({ who, params, body }) => decide(deps, { id: params.id, who }, body)),
  on(routes.people, ({ query }) => listMembers(deps.db, query)),
  on(routes.suspend, ({ who, params, body }) =>
    suspend(deps, { id: params.id, actorId: who.userId, byOwner: byOwner(who) }, body.reason),
  ),
  on(routes.lift, ({ who, params }) =>
    lift(deps, { id: params.id, actorId: who.userId, byOwner: byOwner(who) }),
  ),
  on(routes.grant, ({ who, params, body }) => grant(deps, { id: params.id, actorId: who.userId }, body)),
  on(routes.revoke, ({ who, params, body }) =>
    revoke(deps, { id: params.id, actorId: who.userId, byOwner: byOwner(who) }, body),
  ),
  on(routes.ownership, async () => ({ owned: await isOwned(deps.db) })),
  on(routes.becomeOwner, async ({ who, body }) => {
    await becomeOwner(deps.db, who.userId, body.code)
    return {}
  }),
]
