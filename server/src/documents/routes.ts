import { documentRoutes as routes } from '@peerlearn/contract/documents'
import { AppError } from '@peerlearn/contract/errors'
import { refusalOf } from '@peerlearn/contract/policy'
import type { Config } from '../config.ts'
import type { Db } from '../db.ts'
import { on, type Binding, type Who } from '../http.ts'
import { printDocument } from './pdf.ts'
import { findDocument, findDocuments } from './queries.ts'

interface DocumentDeps {
  db: Db
  config: Pick<Config, 'RAZORPAY_API_URL'>
}

export const documentRoutes = ({ db, config }: DocumentDeps): Binding[] => [
  on(routes.mine, async ({ who }) => ({ items: await findDocuments(db, who.userId) })),
  on(routes.pdf, async ({ params, who, res }) => {
    const document = await findDocument(db, params.id)
    if (!document || !mayRead(document, who)) throw new AppError('not-found', 'There is no such document.')
    const name = `${document.kind}-${document.number.replaceAll('/', '-')}.pdf`
    res.setHeader('Content-Disposition', `attachment; filename="${name}"`)
    return printDocument({ ...document, sandbox: config.RAZORPAY_API_URL !== undefined })
  }),
]

/** For whom it was issued, who issued it, and who may what admins may. */
const mayRead = ({ accountId, mentorId }: { accountId: string; mentorId: string }, who: Who) =>
  accountId === who.userId || mentorId === who.userId || refusalOf('admin', who, new Date()) === undefined
