/** What our pages may do and load, as headers on every answer. Nothing comes from another host, but Razorpay's checkout. */
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import type { Config } from './config.ts'
import { ownHost } from './origin.ts'

/** A session's page, where people pay, when they pay for real. */
const payPage = /^\/sessions\/[^/]+\/?$/
const razorpay = ['https://checkout.razorpay.com', 'https://api.razorpay.com']

export function pageRules(config: Config): RequestHandler[] {
  const https = config.PUBLIC_URL.startsWith('https:')
  const rulesFor = (path: string, host: string) => {
    const paying = !config.RAZORPAY_API_URL && payPage.test(path)
    return helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: directives(`${https ? 'wss' : 'ws'}://${host}`, paying ? razorpay : []),
      },
      strictTransportSecurity: https && { maxAge: 365 * 24 * 3600, includeSubDomains: false },
      referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
      // The checkout opens windows of banks, and hears from them.
      crossOriginOpenerPolicy: { policy: paying ? 'same-origin-allow-popups' : 'same-origin' },
      xFrameOptions: { action: 'deny' },
    })
  }
  // Built once for each kind of page: few hosts are ours.
  const built = new Map<string, ReturnType<typeof helmet>>()
  const rules: RequestHandler = (req, res, next) => {
    const host = ownHost(config, req)
    const key = `${host} ${payPage.test(req.path)}`
    const known = built.get(key) ?? rulesFor(req.path, host)
    if (built.size < 100) built.set(key, known)
    known(req, res, next)
  }
  return [rules, permissions]
}

const directives = (socket: string, alsoFrom: string[]) => ({
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'", ...alsoFrom],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:', ...alsoFrom],
  mediaSrc: ["'self'", 'blob:'],
  workerSrc: ["'self'", 'blob:'],
  // 'self' means our socket in most browsers; older ones want it named.
  connectSrc: ["'self'", socket, ...alsoFrom],
  frameSrc: ["'self'", ...alsoFrom],
  formAction: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
})

const allowed = ['camera', 'microphone', 'display-capture', 'speaker-selection', 'fullscreen', 'autoplay']
const denied = ['geolocation', 'usb', 'serial', 'hid', 'midi', 'browsing-topics']
const permissionsPolicy = [
  ...allowed.map((name) => `${name}=(self)`),
  ...denied.map((name) => `${name}=()`),
].join(', ')

const permissions: RequestHandler = (_req, res, next) => {
  res.setHeader('Permissions-Policy', permissionsPolicy)
  next()
}
