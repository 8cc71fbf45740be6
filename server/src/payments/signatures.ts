/** Razorpay's two signatures, both HMAC-SHA256 in hex, compared in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** @see https://razorpay.com/docs/payments/server-integration/nodejs/integration-steps/ */
export const isCheckoutSigned = (
  { orderId, paymentId, signature }: { orderId: string; paymentId: string; signature: string },
  keySecret: string,
): boolean => matches(`${orderId}|${paymentId}`, signature, keySecret)

/** Over the raw body, before anything reads it. @see https://razorpay.com/docs/webhooks/validate-test/ */
export const isWebhookSigned = (raw: Buffer, signature: string, webhookSecret: string): boolean =>
  matches(raw, signature, webhookSecret)

function matches(signed: string | Buffer, signature: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(signed).digest()
  const given = Buffer.from(signature, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
