/** What follows when somebody may do less than before. */
import { returnUnusedPacks, type UnusedPackDeps } from '../bookings/unused-packs.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Notify } from '../notifications/notifications.ts'
import type { RunningDeps } from '../sessions/running.ts'
import { endSession } from '../sessions/running.ts'
import { cancelSession } from '../sessions/cancelling.ts'

export interface StandingDeps extends RunningDeps, UnusedPackDeps {
  jobs: Jobs
  notify: Notify
  /** Takes this person out of every room that they are in, with their media. */
  expel: (userId: string) => Promise<void>
}

/** Their sockets, and the media with them, close by themselves; this is for media whose socket was away just then. */
export const loseMedia = ({ expel }: StandingDeps, userId: string): Promise<void> => expel(userId)

export const peopleJobs = (deps: StandingDeps): JobHandlers => ({
  'people.stop-teaching': async ({ accountId }) => {
    await deps.expel(accountId)
    if (await mayTeach(deps, accountId)) return
    for (const { id, status } of await findTaught(deps, accountId))
      await (status === 'live'
        ? endSession(deps, { sessionId: id, who: null })
        : cancelSession(deps, { sessionId: id, who: { userId: accountId } }))
    // After the seats that were taken with them came back as credits.
    await returnUnusedPacks(deps, accountId)
  },
})

/** The suspension may have been lifted, or the role given back, before the job came. */
async function mayTeach({ db }: StandingDeps, accountId: string): Promise<boolean> {
  const account = await db
    .selectFrom('account')
    .select(['roles', 'suspended_at'])
    .where('id', '=', accountId)
    .executeTakeFirst()
  return account !== undefined && account.roles.includes('mentor') && account.suspended_at === null
}

const findTaught = ({ db }: StandingDeps, mentorId: string) =>
  db
    .selectFrom('session')
    .select(['id', 'status'])
    .where('mentor_id', '=', mentorId)
    .where('status', 'in', ['scheduled', 'live'])
    .orderBy('id')
    .execute()
