import { moneyRoutes } from '@peerlearn/contract/money'
import { payoutRoutes } from '@peerlearn/contract/payouts'
import { on, type Binding } from '../http.ts'
import type { DueDeps } from './due.ts'
import { findMentorTerms, findMoney, findTaken } from './money-queries.ts'
import { findEarnings } from './queries.ts'
import { retryPayout } from './retrying.ts'
import type { SendingDeps } from './sending.ts'
import { agreeTerms, findSupplier, setSupplier } from './terms.ts'

export const bindPayouts = (deps: SendingDeps & DueDeps): Binding[] => {
  const { db, platformFeeBasisPoints } = deps
  return [
    on(payoutRoutes.mine, ({ who }) => findEarnings(db, who.userId, platformFeeBasisPoints)),
    on(payoutRoutes.terms, ({ who }) => findSupplier(db, who.userId)),
    on(payoutRoutes.setTerms, ({ who, body }) => setSupplier(db, who, body)),
    on(moneyRoutes.view, () => findMoney(db)),
    on(moneyRoutes.payments, async ({ query }) => ({ items: await findTaken(db, query.search) })),
    on(moneyRoutes.mentors, async ({ query }) => ({
      defaultBasisPoints: platformFeeBasisPoints,
      items: await findMentorTerms(db, query),
    })),
    on(moneyRoutes.setTerms, ({ who, params, body }) => agreeTerms(deps, who, params.id, body)),
    on(moneyRoutes.retryPayout, ({ who, params }) => retryPayout(deps, who, params.id)),
  ]
}
