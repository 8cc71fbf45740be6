/** The trial desk's pages as HTML. */
import { escapeHtml } from './layout.ts'

export interface DeskMail {
  id: string
  recipient: string
  kind: string
  subject: string
  status: string
  failure: string | null
  at: Date
}

interface Code {
  email: string
  code: string
  secondsLeft: number
}

export const deskPage = (title: string, nonce: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · PeerLearn trial</title>
<style nonce="${nonce}">${sheet}</style>
</head>
<body>
<header><a href="/">PeerLearn</a> <span class="badge">Trial</span></header>
<main>${body}</main>
</body>
</html>
`

interface Desk {
  mails: DeskMail[]
  codes: Code[]
  sending: boolean
}

export const listPage = ({ mails, codes, sending }: Desk) => `<h1>Trial desk</h1>
<p class="soft">${sending ? 'The mails of this trial, newest first; its mail server gets them, too.' : 'In a trial mails go nowhere: they are here, newest first.'} <a href="/trial">Look again</a></p>
${codes.map(codeLine).join('\n')}
${mails.length === 0 ? '<p class="empty">No mail yet. Make an account or book a seat, and its mail is here.</p>' : `<ul>${mails.map(mailLine).join('\n')}</ul>`}`

const codeLine = ({
  email,
  code,
  secondsLeft,
}: Code) => `<p class="code">One-time code of ${escapeHtml(email)}:
<strong>${code.slice(0, 3)} ${code.slice(3)}</strong> <span class="soft">for ${secondsLeft} more seconds; each counts once</span></p>`

const mailLine = (mail: DeskMail) => `<li><a href="/trial/mails/${mail.id}">${escapeHtml(mail.subject)}</a>
<span class="soft">to ${escapeHtml(mail.recipient)} · ${timeOf(mail.at)}${stateOf(mail)}</span></li>`

/** Without a mail server nothing is sent, and nothing need be said about it. */
const stateOf = ({ status, failure }: DeskMail) =>
  status === 'sent' ? '' : ` · ${status}${failure ? `: ${escapeHtml(failure)}` : ''}`

const timeOf = (at: Date) =>
  `<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 19).replace('T', ' ')} UTC</time>`

export const mailPage = (
  mail: DeskMail & { text: string | null; calendar: string | null },
) => `<p><a href="/trial">All mails</a></p>
<h1>${escapeHtml(mail.subject)}</h1>
<p class="soft">to ${escapeHtml(mail.recipient)} · about: ${escapeHtml(mail.kind)} · ${timeOf(mail.at)}${stateOf(mail)}</p>
${mail.calendar ? `<p><a href="/trial/mails/${mail.id}/invite.ics">Calendar part (invite.ics)</a></p>` : ''}
<iframe title="The mail as HTML" sandbox="allow-top-navigation-by-user-activation" src="/trial/mails/${mail.id}/html"></iframe>
<details><summary>As text</summary><pre>${escapeHtml(mail.text ?? 'Its words were removed.')}</pre></details>`

const sheet = `
:root { color-scheme: light dark; --page: #fbfaf7; --raised: #fff; --line: #e3dfd6; --ink: #1f1d1a; --soft: #5b574f; --accent: #0f5f57; --warn: #855400; --warn-soft: #faeed6 }
@media (prefers-color-scheme: dark) { :root { --page: #151716; --raised: #1e2120; --line: #303533; --ink: #edeeeb; --soft: #a9b0ac; --accent: #5cc4b4; --warn: #e6b65e; --warn-soft: #352a14 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
header { padding: 16px; border-bottom: 1px solid var(--line); font-size: 17px; font-weight: 650 }
header a { color: inherit; text-decoration: none }
main { max-width: 860px; margin: 0 auto; padding: 24px 16px 64px }
h1 { margin: 0 0 8px; font-size: 28px; line-height: 1.25; letter-spacing: -.02em }
a { color: var(--accent) }
.soft { color: var(--soft); font-size: 13px; overflow-wrap: anywhere }
.badge { margin-left: 8px; padding: 2px 8px; border-radius: 999px; background: var(--warn-soft); color: var(--warn); font-size: 13px; font-weight: 500 }
.code { padding: 12px 16px; border: 1px solid var(--line); border-radius: 10px; background: var(--raised) }
.code strong { font-size: 21px; font-variant-numeric: tabular-nums; white-space: nowrap }
.empty { padding: 48px 16px; color: var(--soft); text-align: center }
ul { margin: 24px 0; padding: 0; border-top: 1px solid var(--line); list-style: none }
li { display: grid; gap: 2px; padding: 12px 0; border-bottom: 1px solid var(--line) }
li a { font-weight: 550 }
iframe { display: block; width: 100%; height: 620px; margin: 16px 0; border: 1px solid var(--line); border-radius: 10px; background: var(--raised) }
pre { overflow-wrap: anywhere; white-space: pre-wrap; font-size: 13px }
summary { min-height: 44px; padding: 10px 0; cursor: pointer }
`
