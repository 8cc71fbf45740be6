import { expect, test } from 'vitest'
import { createLimits } from '../src/rate-limit.ts'
import { closeLater, eventually } from './harness.ts'
import { startRedis } from './harness-redis.ts'

const onRedis = (url: string) => {
  const limits = createLimits(url)
  closeLater(() => Promise.resolve(limits.close()))
  return limits
}
const refused = { code: 'too-many-requests' }

test('two servers on one Redis count together, and go on counting while Redis is away', async () => {
  const redis = await startRedis()
  const [one, two] = [onRedis(redis.url), onRedis(redis.url)]
  // Until its connection stands a limiter counts for itself.
  await eventually(async () => {
    await one.count('account', 'warm-up')
    await expect(two.refuseSpent('account', 'warm-up')).rejects.toMatchObject(refused)
  })
  for (let i = 0; i < 3; i++) await one.count('account', 'asha')
  for (let i = 0; i < 2; i++) await two.count('account', 'asha')
  await expect(one.count('account', 'asha')).rejects.toMatchObject(refused)
  // Several at once are counted all, or not at all; what did not come about is free for others.
  await one.count('invitation', 'asha', 15)
  await expect(two.count('invitation', 'asha', 6)).rejects.toMatchObject(refused)
  await two.count('invitation', 'asha', 5)
  await one.giveBack('invitation', 'asha', 5)
  await two.count('invitation', 'asha', 5)
  await expect(one.count('invitation', 'asha')).rejects.toMatchObject(refused)
  await redis.stop()
  for (let i = 0; i < 5; i++) await one.count('account', 'ravi')
  await expect(one.count('account', 'ravi')).rejects.toMatchObject(refused)
})
