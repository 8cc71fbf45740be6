import { AppError } from '@peerlearn/contract/errors'
import { unsubscribeRoutes as routes, type MailChoice } from '@peerlearn/contract/unsubscribe'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { chooseMail, findChoices } from '../notifications/readers.ts'
import type { MailOf, UnsubscribeLinks } from './unsubscribe-links.ts'

interface UnsubscribeDeps {
  db: Db
  unsubscribeLinks: UnsubscribeLinks
}

export const unsubscribeBindings = ({ db, unsubscribeLinks }: UnsubscribeDeps): Binding[] => [
  on(routes.oneClick, async ({ params }) => {
    await change(db, requireMail(unsubscribeLinks, params.token), false)
    return {}
  }),
  on(routes.mailOfLink, ({ body }) => look(db, requireMail(unsubscribeLinks, body.token))),
  on(routes.chooseMail, ({ body }) => change(db, requireMail(unsubscribeLinks, body.token), body.mail)),
]

function requireMail(links: UnsubscribeLinks, token: string): MailOf {
  const found = links.open(token)
  if (!found) throw linkOver()
  return found
}

async function look(db: Db, { accountId, kind }: MailOf): Promise<MailChoice> {
  const choices = await findChoices(db, accountId)
  return { kind, mail: choices.some((choice) => choice.kind === kind && choice.mail) }
}

/** Doing it again is harmless. @throws AppError `link-over` when the account was erased */
async function change(db: Db, { accountId, kind }: MailOf, mail: boolean): Promise<MailChoice> {
  if (!(await chooseMail(db, { accountId, kind, mail }))) throw linkOver()
  return { kind, mail }
}

const linkOver = () =>
  new AppError('link-over', 'This link is not complete, or of an account that was erased.')
