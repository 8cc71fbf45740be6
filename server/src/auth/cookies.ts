/**
 * The cookies of sign-in: the refresh token, the mark of a device from which this person signed in before, and the visit to
 * another provider that this browser began.
 */
import type { CookieOptions, Request, Response } from 'express'
import type { Config } from '../config.ts'

type CookieName = 'refresh' | 'device' | 'visit'

export interface Cookies {
  find(req: Request, name: CookieName): string | undefined
  set(req: Request, res: Response, name: CookieName, value: string, expires: Date): void
  clear(req: Request, res: Response, name: CookieName): void
}

export function createCookies(config: Pick<Config, 'NODE_ENV' | 'PUBLIC_URL'>): Cookies {
  // Cookies know no ports: without it two copies on one machine would sign each other's people out.
  const { port } = new URL(config.PUBLIC_URL)
  const nameOf = (name: CookieName) => (port ? `peerlearn_${name}_${port}` : `peerlearn_${name}`)
  const options = (req: Request): CookieOptions => ({
    httpOnly: true,
    sameSite: 'strict',
    path: '/api/auth',
    secure: req.secure || config.NODE_ENV === 'production',
  })
  return {
    find: (req, name) => parseCookies(req.headers.cookie).get(nameOf(name)),
    set: (req, res, name, value, expires) => {
      res.cookie(nameOf(name), value, { ...options(req), expires })
    },
    clear: (req, res, name) => {
      res.clearCookie(nameOf(name), options(req))
    },
  }
}

/** Ours hold only letters, digits, `.`, `-` and `_`, so nothing needs decoding. */
function parseCookies(header = ''): Map<string, string> {
  const pairs = header.split(';').map((part) => part.trim().split('=', 2))
  return new Map(pairs.flatMap(([name, value]) => (name && value ? [[name, value] as const] : [])))
}
