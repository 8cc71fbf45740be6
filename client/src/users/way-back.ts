/** Where somebody was going when they had to make an account or prove their address first: this browser alone knows it. */
import { z } from 'zod'

const key = 'peerlearn.way-back'
const hours = 24

const kept = z.object({ path: z.string().startsWith('/'), until: z.number() })

/** Kept as long as the mailed link works, in every tab: that link opens another one. */
export const keepWay = (path: string): void =>
  localStorage.setItem(key, JSON.stringify({ path, until: Date.now() + hours * 3_600_000 }))

/** The place kept, if there is one that is not too old. */
export function findWay(): string | undefined {
  const way = kept.safeParse(read()).data
  return way && way.until > Date.now() ? way.path : undefined
}

export const invitationPath = '/invitation'

/** The token of the invitation that is the place kept; '' when it is another place. */
export const findInvitation = (): string => {
  const [path, token = ''] = findWay()?.split('#') ?? []
  return path === invitationPath ? token : ''
}

export const forgetWay = (): void => localStorage.removeItem(key)

function read(): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return undefined
  }
}

let invited = ''

/** The address that an invitation went to, for the form that comes next; in no link. */
export const expectEmail = (email: string): void => void (invited = email)

export const expectedEmail = (): string => invited
