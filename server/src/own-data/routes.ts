import { ownDataRoutes as routes } from '@peerlearn/contract/own-data'
import { on, type Binding } from '../http.ts'
import { addressOf } from '../rate-limit.ts'
import { erasePerson, requireFreshOwner, type EraseDeps } from './erase.ts'
import { exportPerson } from './export.ts'

export const ownDataRoutes = (deps: EraseDeps & { now: () => Date }): Binding[] => [
  on(routes.exportMine, async ({ who, res }) => {
    await requireFreshOwner(deps.db, who)
    await deps.limits.count('export', who.userId)
    res.setHeader('Content-Disposition', 'attachment; filename="peerlearn-my-data.zip"')
    return exportPerson(deps.db, who.userId, deps.now())
  }),
  on(routes.eraseMine, async ({ who, body, req }) => {
    await erasePerson(deps, who, { password: body.password, address: addressOf(req) })
    return {}
  }),
]
