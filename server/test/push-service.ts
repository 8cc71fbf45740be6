/** A push service and a browser for tests: it checks who sends (VAPID, RFC 8292) and decrypts what came (RFC 8291). */
import { createDecipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { PushSubscriptionInput } from '@peerlearn/contract/notifications'
import { importJWK, jwtVerify } from 'jose'
import { closeLater, freePort } from './harness.ts'

export interface Pushed {
  device: string
  /** What the service worker would get. */
  message: unknown
  subject: string | undefined
  ttl: number
}

export interface PushService {
  pushed: Pushed[]
  /** A new device's subscription. */
  newDevice: () => PushSubscriptionInput
  /** What it answers from now on: 201 unless the test says otherwise. */
  answer: number
  asked: number
}

export async function startPushService(vapidPublicKey: string): Promise<PushService> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const devices = new Map<string, { ecdh: ECDH; auth: Buffer }>()
  const service: PushService = {
    pushed: [],
    answer: 201,
    asked: 0,
    newDevice: () => {
      const ecdh = createECDH('prime256v1')
      const p256dh = ecdh.generateKeys().toString('base64url')
      const auth = randomBytes(16)
      const path = `/push/${randomBytes(12).toString('base64url')}`
      devices.set(path, { ecdh, auth })
      return { endpoint: `${origin}${path}`, keys: { p256dh, auth: auth.toString('base64url') } }
    },
  }
  const server = createServer((req, res) => {
    service.asked++
    receive(req)
      .then(() => res.writeHead(service.answer).end('{}'))
      .catch((error: unknown) => res.writeHead(400).end(String(error)))
  })
  async function receive(req: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer) // as node:http documents it
    const device = devices.get(req.url ?? '')
    if (!device) throw new Error('no such device')
    const subject = await checkVapid(req.headers.authorization ?? '', vapidPublicKey, origin)
    if (req.headers['content-encoding'] !== 'aes128gcm') throw new Error('not aes128gcm')
    const text = decrypt(Buffer.concat(chunks), device.ecdh, device.auth)
    if (service.answer !== 201) return
    service.pushed.push({
      device: req.url ?? '',
      message: JSON.parse(text),
      subject,
      ttl: Number(req.headers.ttl),
    })
  }
  await new Promise<void>((up) => server.listen(port, '127.0.0.1', up))
  closeLater(() => new Promise((closed) => void server.close(() => closed())))
  return service
}

/** @returns who says to be responsible. @throws when it is not signed by that key for this push service */
async function checkVapid(authorization: string, publicKey: string, audience: string) {
  const [, token = '', key = ''] = /^vapid t=([^,\s]+),\s*k=(\S+)$/i.exec(authorization) ?? []
  if (key !== publicKey) throw new Error('another key than the subscription’s')
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
  const verifier = await importJWK({ kty: 'EC', crv: 'P-256', x: x!, y: y! }, 'ES256')
  const { payload } = await jwtVerify(token, verifier, { audience, algorithms: ['ES256'] })
  if ((payload.exp ?? Infinity) > Date.now() / 1000 + 86_400) throw new Error('valid for more than a day')
  return payload.sub
}

/** RFC 8188: salt, record size, the sender's public key, one record. */
function decrypt(body: Buffer, receiver: ECDH, auth: Buffer): string {
  const salt = body.subarray(0, 16)
  const sender = body.subarray(21, 21 + body.readUInt8(20))
  const sealed = body.subarray(21 + sender.length)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiver.getPublicKey(), sender])
  const secret = hkdfSync('sha256', receiver.computeSecret(sender), auth, info, 32)
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${purpose}\0`, length))
  const opener = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
  opener.setAuthTag(sealed.subarray(-16))
  const text = Buffer.concat([opener.update(sealed.subarray(0, -16)), opener.final()])
  return text.subarray(0, text.lastIndexOf(2)).toString()
}
