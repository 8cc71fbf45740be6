/** Links in mails that switch off mails of one kind for one person: signed, so that nothing is stored, and they never run out. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { alwaysTold, notificationKind, type NotificationKind } from '@peerlearn/contract/notifications'
import { deriveKey } from '../auth/keys.ts'
import type { TokenSecrets } from '../auth/signed-tokens.ts'

export interface MailOf {
  accountId: string
  kind: NotificationKind
}

export interface UnsubscribeLinks {
  /** undefined: mails of this kind can't be switched off, or go to nobody's account. */
  find(accountId: string | null, kind: string): { page: string; oneClick: string } | undefined
  /** undefined: not a token of ours. */
  open(token: string): MailOf | undefined
}

const idBytes = 16
const proofBytes = 32

/** `publicUrl` is where the links lead. */
export function createUnsubscribeLinks(
  { AUTH_SECRET, AUTH_SECRET_PREVIOUS }: TokenSecrets,
  publicUrl: string,
): UnsubscribeLinks {
  const keys = [AUTH_SECRET, AUTH_SECRET_PREVIOUS ?? []].flat().map((one) => deriveKey(one, 'unsubscribe'))
  const [present] = keys as [Buffer, ...Buffer[]] // AUTH_SECRET is always there
  return {
    find(accountId, kind) {
      const { data } = optionalKind.safeParse(kind)
      if (accountId === null || data === undefined) return undefined
      const id = Buffer.from(accountId.replaceAll('-', ''), 'hex')
      const token = Buffer.concat([id, proofOf(present, id, data), Buffer.from(data)]).toString('base64url')
      return {
        // Behind the #: no server's log sees it. A mail program posts to an address that holds it (RFC 8058).
        page: new URL(`/unsubscribe#${token}`, publicUrl).href,
        oneClick: new URL(`/unsubscribe/${token}`, publicUrl).href,
      }
    },
    open(token) {
      const bytes = Buffer.from(token, 'base64url')
      const id = bytes.subarray(0, idBytes)
      const proof = bytes.subarray(idBytes, idBytes + proofBytes)
      const { data: kind } = optionalKind.safeParse(bytes.subarray(idBytes + proofBytes).toString())
      if (kind === undefined || !keys.some((key) => timingSafeEqual(proofOf(key, id, kind), proof)))
        return undefined
      return { accountId: id.toString('hex').replace(uuidParts, '$1-$2-$3-$4-$5'), kind }
    },
  }
}

const optionalKind = notificationKind.exclude([alwaysTold])
const uuidParts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/

const proofOf = (key: Buffer, id: Buffer, kind: NotificationKind) =>
  createHmac('sha256', key).update(id).update(kind).digest()
