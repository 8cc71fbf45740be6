/** What admins do with people, and what is left of it: for tests of people. */
import { peopleRoutes as routes } from '@peerlearn/contract/people'
import type { Person, TestServer } from './harness.ts'

export const peopleDesk = (server: TestServer, admin: Person) => ({
  suspend: (who: Person, by = admin) =>
    server.api(routes.suspend, { params: { id: who.userId }, body: { reason: 'Sold seats outside.' } }, by),
  /** The titles of their notices. */
  toldOf: ({ userId }: Person) =>
    server.db.selectFrom('notification').select('title').where('account_id', '=', userId).execute(),
  /** What was done to them, and by whom, in order. */
  audited: async (subject: Pick<Person, 'userId'>) => {
    const rows = await server.db
      .selectFrom('audit_event')
      .select(['action', 'actor_id'])
      .where('subject', '=', `account:${subject.userId}`)
      .orderBy('seq')
      .execute()
    return rows.map(({ action, actor_id }) => [action, actor_id])
  },
})
export type PeopleDesk = ReturnType<typeof peopleDesk>
