import { AppError } from '@peerlearn/contract/errors'
import { nodeKey } from '@peerlearn/contract/node-stats'
import { Redis } from 'ioredis'
import { onTestFinished, test } from 'vitest'
import { join, newClass, until } from './factories-rooms.ts'
import { startRedis } from './harness-redis.ts'
import { startServer } from './harness.ts'
import { startNode } from './two-nodes.ts'

test('a node hears that the other is gone for good, also when it could not be told at once: it dials nobody for ever', async () => {
  const { url } = await startRedis()
  const redis = new Redis(url)
  onTestFinished(() => redis.disconnect())
  const one = await startNode('one')
  const server = await startServer({ env: { SFU_URLS: one.url, REDIS_URL: url } })
  await until('the one is there', () => one.connections() > 0)
  const mentor = await server.person({ roles: ['mentor'] })
  const asha = await server.person()
  const sessionId = await newClass(server.db, mentor, [asha])
  await join(server, mentor, sessionId)

  let refuses = false
  const told: unknown[][] = []
  one.answer('room.link', (data) => {
    if (refuses) throw new AppError('media-unavailable', 'Not just now.')
    told.push((data as { nodes: unknown[] }).nodes)
    return {}
  })
  const two = await startNode('two')
  await redis.set(nodeKey('two'), JSON.stringify(two.info))
  await until('the other registered itself', () => two.connections() > 0)
  one.measure({ load: 1 })
  await until('newcomers go there', async () => {
    await join(server, asha, sessionId)
    return two.peersOf(sessionId).length > 0
  })
  await until('they are linked', () => told.at(-1)?.length === 1)

  refuses = true
  await redis.del(nodeKey('two'))
  await two.close()
  const reads = async () =>
    Number(/cmdstat_scan:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0)
  const before = await reads()
  await until('the server has read twice that it is no more', async () => (await reads()) >= before + 2)
  refuses = false
  await until('the one was told that there is nobody else', () => told.at(-1)?.length === 0)
})
