/** Web push (RFC 8030, 8291, 8292): one encrypted message to one device, through the push service of its browser. */
import { request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { PushSubscriptionInput } from '@peerlearn/contract/notifications'
import webPush from 'web-push'
import type { Config } from '../config.ts'
import { isPublicHttps, publicLookup } from './public-address.ts'

export interface PushMessage {
  title: string
  body: string
  /** A path of the client. */
  link: string
  /** A device shows one message of each tag: one that came twice is there once. */
  tag: string
}

/** `gone`: the device does not listen any more. `refused`: this message will never be taken. */
export type PushOutcome = 'sent' | 'gone' | 'refused'

export interface PushSender {
  /** What browsers need to subscribe. */
  publicKey: string
  /** Is this an address that we would send to? */
  mayReach(endpoint: string): boolean
  /** @throws when the push service can't be reached, or wants it later */
  send(device: PushSubscriptionInput, message: PushMessage): Promise<PushOutcome>
}

interface PushSettings {
  publicKey: string
  privateKey: string
  /** Who sends: an https address or a mailto:, for the push service's people. */
  subject: string
  /** Only to https on the public internet; false in a trial, where the push service may be beside us. */
  publicOnly: boolean
}

/** As the settings say; undefined: without keys there is no push. */
export function pushFrom(config: Config): PushSender | undefined {
  const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey, PUBLIC_URL, MAIL_FROM } = config
  if (!publicKey || !privateKey) return undefined
  const address = MAIL_FROM.match(/[^\s<>]+@[^\s<>]+/)?.[0] ?? MAIL_FROM
  const subject = PUBLIC_URL.startsWith('https:') ? PUBLIC_URL : `mailto:${address}`
  return createPush({ publicKey, privateKey, subject, publicOnly: config.NODE_ENV === 'production' })
}

/** A message that could not be delivered for so long is of no interest. */
const livesSeconds = 12 * 3600
const patienceMs = 10_000
const longest = 300

export function createPush({ publicKey, privateKey, subject, publicOnly }: PushSettings): PushSender {
  const mayReach = (endpoint: string) => !publicOnly || isPublicHttps(new URL(endpoint))
  return {
    publicKey,
    mayReach,
    async send(device, message) {
      if (!mayReach(device.endpoint)) return 'gone'
      const { endpoint, method, headers, body } = webPush.generateRequestDetails(
        device,
        JSON.stringify({ ...message, body: message.body.slice(0, longest) }),
        { TTL: livesSeconds, urgency: 'high', vapidDetails: { subject, publicKey, privateKey } },
      )
      const status = await post(
        new URL(endpoint),
        { method, headers, ...(publicOnly && { lookup: publicLookup }) },
        body,
      )
      return outcomeOf(status)
    },
  }
}

function outcomeOf(status: number): PushOutcome {
  if (status >= 200 && status < 300) return 'sent'
  if (status === 404 || status === 410) return 'gone'
  if (status === 429 || status >= 500) throw new Error(`the push service answered ${status}`)
  return 'refused'
}

/** @returns the status. Redirects are not followed, the answer's body is not read. */
function post(
  url: URL,
  options: Pick<RequestOptions, 'method' | 'headers' | 'lookup'>,
  body: Buffer | null,
): Promise<number> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const sent = send(url, { ...options, signal: AbortSignal.timeout(patienceMs) }, (answer) => {
      answer.destroy()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
