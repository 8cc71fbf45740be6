/** One layout for every mail, as text and as HTML: a title, a few paragraphs, one thing to do. */

export interface Letter {
  subject: string
  paragraphs: string[]
  /** The one thing to do, as a whole address. */
  action?: { label: string; url: string }
  /** Why this came, and how to have fewer; the last lines. */
  footer: string[]
  /** Where `Change what you hear of` leads; without it the line is not there. */
  settingsUrl?: string
  /** Where `Stop mails of this kind` leads, without signing in. */
  stopUrl?: string
}

export function toText(letter: Letter): string {
  const { subject, paragraphs, action, footer } = letter
  const parts = [
    subject,
    ...paragraphs,
    ...(action ? [`${action.label}:\n${action.url}`] : []),
    ['-- ', ...footer, ...waysOut(letter).map(({ label, url }) => `${label}: ${url}`)].join('\n'),
  ]
  return `${parts.join('\n\n')}\n`
}

/** To have fewer of these. */
const waysOut = ({ settingsUrl, stopUrl }: Letter) => [
  ...(stopUrl ? [{ label: 'Stop mails of this kind', url: stopUrl }] : []),
  ...(settingsUrl ? [{ label: 'Change what you hear of', url: settingsUrl }] : []),
]

/** Text of a person or of ours as HTML: every character that means something there is written out. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`)

/** Mail programs read tables and inline styles; those that know dark mode read the sheet in the head, too. */
export function toHtml(letter: Letter): string {
  const { subject, paragraphs, action, footer } = letter
  const lines = (text: string) => escapeHtml(text).replaceAll('\n', '<br>')
  const said = paragraphs.map((text) => `<p class="ink" style="${style.paragraph}">${lines(text)}</p>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>${sheet}</style>
</head>
<body class="page" style="${style.page}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="page" style="${style.table}">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="sheet" style="${style.sheet}">
<tr><td style="padding:28px 28px 8px">
<p class="brand" style="${style.brand}">PeerLearn</p>
<h1 class="ink" style="${style.title}">${escapeHtml(subject)}</h1>
${said.join('\n')}
${action ? button(action) : ''}
</td></tr>
<tr><td class="line" style="${style.foot}">
${footer.map((text) => `<p class="soft" style="${style.small}">${lines(text)}</p>`).join('\n')}
${waysOut(letter).map(wayOut).join('\n')}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
}

const wayOut = ({ label, url }: { label: string; url: string }) =>
  `<p class="soft" style="${style.small}"><a class="link" style="${style.link}" href="${escapeHtml(url)}">${label}</a></p>`

/** The address is there to be copied, too: some programs take buttons apart. */
const button = ({
  label,
  url,
}: {
  label: string
  url: string
}) => `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:20px 0">
<tr><td class="button" style="${style.button}"><a class="button" style="${style.buttonText}" href="${escapeHtml(url)}">${escapeHtml(label)}</a></td></tr>
</table>
<p class="soft" style="${style.small}">Or open this address:<br><a class="link" style="${style.link}" href="${escapeHtml(url)}">${escapeHtml(url)}</a></p>`

const font = "font-family:Inter,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"

const style = {
  page: 'margin:0;padding:0;background:#f2f0ea',
  table: 'background:#f2f0ea',
  sheet: 'max-width:560px;background:#ffffff;border:1px solid #e3dfd6;border-radius:10px',
  brand: `${font};margin:0 0 20px;font-size:15px;font-weight:600;color:#0f5f57`,
  title: `${font};margin:0 0 16px;font-size:21px;line-height:1.35;font-weight:600;color:#1f1d1a`,
  paragraph: `${font};margin:0 0 14px;font-size:15px;line-height:1.55;color:#1f1d1a`,
  small: `${font};margin:0 0 8px;font-size:13px;line-height:1.5;color:#5b574f;overflow-wrap:anywhere`,
  foot: 'padding:16px 28px 20px;border-top:1px solid #e3dfd6',
  link: 'color:#0f5f57',
  button: 'border-radius:6px;background:#0f5f57',
  buttonText: `${font};display:inline-block;padding:11px 18px;font-size:15px;font-weight:600;color:#ffffff;text-decoration:none`,
}

/** What a sheet must overrule stands inline above it. */
const dark = Object.entries({
  page: 'background:#151716',
  sheet: 'background:#1e2120;border-color:#303533',
  line: 'border-color:#303533',
  ink: 'color:#edeeeb',
  soft: 'color:#a9b0ac',
  brand: 'color:#5cc4b4',
  link: 'color:#5cc4b4',
  button: 'background:#5cc4b4;color:#06231f',
})
  .map(([name, rules]) => `.${name}{${rules.replaceAll(';', ' !important;')} !important}`)
  .join('')
const sheet = `@media (prefers-color-scheme: dark){${dark}}`
