import { z } from 'zod'
import { createSandbox } from './app.ts'

const env = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65535),
    RAZORPAY_KEY_ID: z.string().min(1),
    RAZORPAY_KEY_SECRET: z.string().min(1),
    RAZORPAY_WEBHOOK_SECRET: z.string().min(1),
    RAZORPAY_WEBHOOK_SECRET_PREVIOUS: z.string().min(1).optional(),
    WEBHOOK_URL: z.url(),
  })
  .parse(process.env)

const sandbox = createSandbox({
  keyId: env.RAZORPAY_KEY_ID,
  keySecret: env.RAZORPAY_KEY_SECRET,
  webhook: {
    url: env.WEBHOOK_URL,
    secret: env.RAZORPAY_WEBHOOK_SECRET,
    previousSecret: env.RAZORPAY_WEBHOOK_SECRET_PREVIOUS,
  },
})
const port = await sandbox.listen(env.PORT)
console.log(JSON.stringify({ msg: 'payment sandbox listens', port }))

const stop = () => void sandbox.close().then(() => process.exit(0))
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
