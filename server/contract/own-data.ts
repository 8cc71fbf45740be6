/** What the product knows of a person: all of it to take away, and most of it to be forgotten. */
import { z } from 'zod'
import { nothing } from './base.ts'
import { file, route } from './route.ts'

export const ownDataRoutes = {
  exportMine: route({
    method: 'get',
    path: '/api/me/export',
    access: 'own-data',
    limit: 'payments',
    summary:
      'Everything about me as a zip of JSON files; asks for a proof of the last 15 minutes, 5 times a day',
    produces: 'application/zip',
    response: file,
  }),
  eraseMine: route({
    method: 'post',
    path: '/api/me/erase',
    access: 'own-data',
    limit: 'auth',
    summary:
      'Erase me. Receipts stay as they were issued, with the name on them, as long as the law asks; the books stay under a name that says nothing',
    body: z.strictObject({
      /** Needed when the account has one; without one, a sign-in within the last 15 minutes. */
      password: z.string().max(128).optional(),
      /** The word ERASE, so that no click alone does it. */
      word: z.literal('ERASE'),
    }),
    response: nothing,
  }),
}
