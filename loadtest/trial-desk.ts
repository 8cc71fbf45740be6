/** A trial's mails, as its desk at /trial shows them: how people of a test prove their addresses. */
import { authRoutes } from '@peerlearn/contract/auth'
import { call } from './api.ts'

/** Opens the link that was mailed to this address. @throws where there is no desk: accounts are made in a trial alone */
export async function proveAddress(url: string, { email, address }: { email: string; address?: string }) {
  const mailId = mailTo(email, await read(`${url}/trial`))
  const mail = await read(`${url}/trial/mails/${mailId}/html`)
  const token = /\/verify#([\w-]{43})/.exec(mail)?.[1]
  await call(url, authRoutes.proveEmail, { body: { token }, ...(address && { address }) })
}

function mailTo(email: string, list: string): string {
  const [found] = list.split('</li>').filter((item) => item.includes(`to ${email} `))
  const mailId = /\/trial\/mails\/([\w-]+)/.exec(found ?? '')?.[1]
  if (!mailId) throw new Error(`the trial desk has no mail to ${email}`)
  return mailId
}

async function read(address: string): Promise<string> {
  const response = await fetch(address, { signal: AbortSignal.timeout(30_000) })
  if (response.ok) return response.text()
  throw new Error(
    `${address} answers ${response.status}: new accounts prove their addresses at a trial's desk, and this is no trial`,
  )
}
