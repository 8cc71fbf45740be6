import { userRoutes as routes } from '@peerlearn/contract/users'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { listMentors } from './mentors.ts'
import { getUser, updateProfile } from './queries.ts'

/** Signing in and out are auth's. */
export const userRoutes = ({ db }: { db: Db }): Binding[] => [
  on(routes.me, ({ who }) => getUser(db, who.userId)),
  on(routes.profile, ({ who }) => getUser(db, who.userId)),
  on(routes.changeProfile, ({ who, body }) => updateProfile(db, who.userId, body)),
  on(routes.mentors, ({ query }) => listMentors(db, query)),
]
