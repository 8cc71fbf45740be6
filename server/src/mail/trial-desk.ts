/**
 * `/trial`: the mails of a trial, which go nowhere else, and the demo admin's present code. It shows links that let people
 * in, so it is mounted outside production alone, and not under https.
 */
import { randomBytes } from 'node:crypto'
import { Router, type RequestHandler, type Response } from 'express'
import { AppError } from '@peerlearn/contract/errors'
import { z } from 'zod'
import { openTotp, presentCode } from '../auth/totp.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db.ts'
import { escapeHtml } from './layout.ts'
import { deskPage, listPage, mailPage, type DeskMail } from './trial-pages.ts'

interface DeskDeps {
  db: Db
  config: Pick<Config, 'AUTH_SECRET' | 'AUTH_SECRET_PREVIOUS' | 'SMTP_URL'>
  now: () => Date
}

/** The present one, and the one before while it is changed. */
type AuthSecrets = readonly [string, ...string[]]

const shownMails = 100

/** `?to=` shows the mails of one address alone. */
const listQuery = z.object({ to: z.string().max(254).optional().catch(undefined) })

export function trialDesk({ db, config, now }: DeskDeps): Router {
  const { AUTH_SECRET, AUTH_SECRET_PREVIOUS: previous } = config
  const authSecrets: AuthSecrets = previous ? [AUTH_SECRET, previous] : [AUTH_SECRET]
  const sending = config.SMTP_URL !== undefined
  const desk = Router()
  desk.use('/trial', (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store')
    next()
  })
  desk.get('/trial', async (req, res) => {
    const { to } = listQuery.parse(req.query)
    const [mails, codes] = await Promise.all([findMails(db, to), findCodes(db, authSecrets, now())])
    sendPage(res, (nonce) => deskPage('Trial desk', nonce, listPage({ mails, codes, sending })))
  })
  desk.get('/trial/mails/:id', async (req, res) => {
    const mail = await getMail(db, req.params.id)
    sendPage(res, (nonce) => deskPage(mail.subject, nonce, mailPage(mail)))
  })
  desk.get('/trial/mails/:id/html', preview(db))
  desk.get('/trial/mails/:id/invite.ics', async (req, res) => {
    const { calendar } = await getMail(db, req.params.id)
    if (!calendar) throw new AppError('not-found', 'This mail has no calendar part.')
    res.type('text/calendar').attachment('invite.ics').send(calendar)
  })
  return desk
}

/** Our own pages of the desk: no script, styles of this answer alone. */
function sendPage(res: Response, write: (nonce: string) => string): void {
  const nonce = randomBytes(16).toString('base64')
  const rules = [
    `style-src 'nonce-${nonce}'`,
    "frame-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  res.setHeader('Content-Security-Policy', ["default-src 'none'", "form-action 'none'", ...rules].join('; '))
  res.type('html').send(write(nonce))
}

/** The mail as a mail program would show it: no script, nothing from elsewhere; its links open in the window around it. */
const preview =
  (db: Db): RequestHandler<{ id: string }> =>
  async (req, res) => {
    const { html } = await getMail(db, req.params.id)
    const sandbox = 'sandbox allow-top-navigation-by-user-activation'
    const rules = [
      "style-src 'unsafe-inline'",
      'img-src data:',
      "form-action 'none'",
      "frame-ancestors 'self'",
      sandbox,
    ]
    res.setHeader('Content-Security-Policy', ["default-src 'none'", ...rules].join('; '))
    res.setHeader('X-Frame-Options', 'SAMEORIGIN')
    // A sandboxed page has an origin of its own, and the browser would say that it can't keep it apart once more.
    res.removeHeader('Origin-Agent-Cluster')
    const shown = html ?? `<p>${escapeHtml('The words of this mail were removed.')}</p>`
    res.type('html').send(shown.replace('<head>', '<head><base target="_top">'))
  }

const columns = ['id', 'recipient', 'kind', 'subject', 'status', 'failure', 'created_at'] as const

async function findMails(db: Db, to: string | undefined): Promise<DeskMail[]> {
  let newest = db.selectFrom('mail').select(columns).orderBy('id', 'desc').limit(shownMails)
  if (to !== undefined) newest = newest.where('recipient', '=', to)
  const rows = await newest.execute()
  return rows.map(({ created_at, ...mail }) => ({ ...mail, at: created_at }))
}

/** @throws AppError `not-found` */
async function getMail(db: Db, id: string) {
  const row = z.uuid().safeParse(id).success
    ? await db.selectFrom('mail').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined
  if (!row) throw new AppError('not-found', 'There is no such mail.')
  const { created_at, body_text, body_html, calendar, ...mail } = row
  return { ...mail, at: created_at, text: body_text, html: body_html, calendar }
}

/** The codes of the demo's people, whose authenticator app nobody has. */
async function findCodes(db: Db, authSecrets: AuthSecrets, now: Date) {
  const rows = await db
    .selectFrom('totp')
    .innerJoin('account', 'account.id', 'totp.account_id')
    .select(['account.id', 'account.email', 'totp.secret'])
    .where('totp.confirmed_at', 'is not', null)
    .where('account.email', 'like', '%@peerlearn.example')
    .orderBy('account.email')
    .execute()
  const secondsLeft = 30 - (Math.floor(now.getTime() / 1000) % 30)
  return rows.flatMap(({ id, email, secret }) => {
    try {
      return [{ email, code: presentCode(openTotp(authSecrets, id, secret), now), secondsLeft }]
    } catch {
      return [] // sealed under another AUTH_SECRET
    }
  })
}
