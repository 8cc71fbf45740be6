/** A class on a product with two media nodes and a Redis; the class is on the node that the test may harm. */
import { until } from '../client/e2e/person.ts'
import type { TestRedis } from '../server/test/harness-redis.ts'
import { startRedis } from '../server/test/harness-redis.ts'
import { ClassHere } from './class-here.ts'
import { addNode, drain, livesOn, nodesOf, type ExtraNode } from './cluster.ts'
import { controlPort } from './control.ts'
import type { Island } from './island.ts'

export interface ClusterClass {
  here: ClassHere
  redis: TestRedis
  /** The node beside the launcher's. */
  extra: ExtraNode
  /** The launcher's node. */
  first: string
  close(): Promise<void>
}

interface Wish {
  people: number
  publish: number
  /** The extra node lives there. */
  island?: Island
}

export async function openCluster({ island, ...wish }: Wish): Promise<ClusterClass> {
  const redis = await startRedis()
  const env = { REDIS_URL: redis.url, SFU_WORKERS: '1' }
  const here = await ClassHere.open({
    ...wish,
    env: { ...env, ...(island && { SFU_PIPE_ADDRESS: island.outside }) },
  })
  try {
    const [first] = await nodesOf(here.product)
    if (island) for (const port of [portOf(redis.url), controlPort(here.product)]) await island.lend(port)
    const extra = await addNode(here.product, redis.url, island)
    const cluster: ClusterClass = {
      here,
      redis,
      extra,
      first: first!.nodeId,
      // Both may have been replaced by a test.
      close: async () => {
        await here.close()
        await cluster.extra.stop('SIGKILL')
        await cluster.redis.stop()
      },
    }
    return cluster
  } catch (error) {
    await here.close()
    throw error
  }
}

const portOf = (url: string) => Number(new URL(url).port)

/** Has the class move from one node to the other, and takes the emptying back. */
export async function moveClass({ here }: ClusterClass, from: string, to: string): Promise<void> {
  await drain(here.product, from)
  await until(
    `the class is on ${to} alone`,
    async () => {
      const on = await livesOn(here.product, here.light.sessionId)
      return on.length === 1 && on[0] === to
    },
    40,
  )
  await drain(here.product, from, false)
}
