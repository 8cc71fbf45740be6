import { mentorRoutes as routes } from '@peerlearn/contract/mentors'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { getImage, removeImage, setImage } from './image.ts'
import { findFollowed, follow, readMentor, unfollow } from './mentors.ts'
import { createFindSkills } from './skills.ts'

export function mentorRoutes({ db, now }: { db: Db; now: () => Date }): Binding[] {
  const findSkills = createFindSkills(db, now)
  return [
    on(routes.page, ({ params, who }) => readMentor(db, params.id, who?.userId)),
    on(routes.follow, async ({ params, who }) => {
      await follow(db, params.id, who.userId)
      return {}
    }),
    on(routes.unfollow, async ({ params, who }) => {
      await unfollow(db, params.id, who.userId)
      return {}
    }),
    on(routes.followed, async ({ who }) => ({ items: await findFollowed(db, who.userId) })),
    on(routes.skills, async ({ query }) => ({ items: await findSkills(query.q) })),
    on(routes.image, async ({ params, query, res }) => {
      const webp = await getImage(db, params.id, query.v)
      res.setHeader(
        'Cache-Control',
        query.v !== undefined ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
      res.setHeader('Content-Disposition', 'inline; filename="profile.webp"')
      return webp
    }),
    on(routes.setImage, ({ who, body }) => setImage(db, who.userId, body)),
    on(routes.removeImage, async ({ who }) => {
      await removeImage(db, who.userId)
      return {}
    }),
  ]
}
