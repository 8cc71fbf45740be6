/** Rooms of people who come, send, look at each other and go: over two nodes with two workers each. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { parametersFor, peerOptions, rtpCapabilities } from './rtp.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

const peopleOfRoom = 10

export interface Side {
  node: NodeUnderTest
  server: ServerEnd
}

/** Workers with little more room than four rooms need, so that these are spread over them. */
export async function openSides(): Promise<Side[]> {
  const env = {
    SFU_MAX_PEERS: '11',
    SFU_MAX_CONSUMERS: '5000',
    SFU_MAX_CPU: '1',
    SFU_PIPE_IDLE_SECONDS: '0.2',
  }
  const nodes = await Promise.all(
    ['left', 'right'].map((id) => startTestNode({ workers: 2, env: { ...env, SFU_NODE_ID: id } })),
  )
  return await Promise.all(nodes.map(async (node) => ({ node, server: await node.server() })))
}

/** One room from its first person to its last; resolves with how much was piped. */
export async function comeAndGo(sides: Side[], ending: 'closed' | 'left' | 'unlinked'): Promise<number> {
  const roomId = randomUUID()
  const nodes = sides.map(({ node }) => ({ nodeId: node.nodeId, url: `ws://127.0.0.1:${node.port}` }))
  for (const { server } of sides) {
    await server.ask('room.attach', { roomId })
    await server.ask('room.link', { roomId, nodes })
  }
  const people: { server: ServerEnd; of: { roomId: string; peerId: string } }[] = []
  for (let n = 0; n < peopleOfRoom; n++) {
    const { server } = sides[n % sides.length]!
    const of = { roomId, peerId: randomUUID() }
    const { send } = await server.ask('peer.create', { ...of, ...peerOptions, rtpCapabilities })
    people.push({ server, of })
    for (const [kind, source, ssrcs] of [
      ['audio', 'microphone', [1]],
      ['video', 'camera', [2, 3, 4]],
    ] as const) {
      const rtpParameters = parametersFor(source, [...ssrcs], source)
      const wish = { transportId: send.id, kind, source, rtpParameters, paused: false }
      await server.ask('producer.create', { ...of, ...wish })
    }
  }
  const rooms = sides.map(({ node }) => node.rooms.find(roomId)!)
  const offered = 2 * peopleOfRoom
  await until('each node knows of all', () =>
    rooms.every(({ media }) => media.offers.all.length === offered),
  ).catch((error: unknown) => {
    const known = rooms.map(
      ({ peers, media }) => `${media.offers.all.length} of ${offered}, with ${peers.size} people`,
    )
    throw new Error(`${String(error)}: ${known.join('; ')}`, { cause: error })
  })
  const [first] = people
  await first!.server.ask('view.set', { ...first!.of, tiles: [] })
  const piped = await until('something is piped', () =>
    rooms.reduce((sum, { media }) => sum + media.pipes.size, 0),
  )
  if (ending === 'unlinked')
    for (const { server } of sides) await server.ask('room.link', { roomId, nodes: [] })
  if (ending === 'left') for (const { server, of } of people) await server.ask('peer.close', of)
  const end = ending === 'left' ? 'room.detach' : 'room.close'
  await Promise.all(sides.map(({ server }) => server.ask(end, { roomId })))
  // what they heard is not ours to hold against the node
  for (const { server } of sides) server.told.length = 0
  return piped
}

/** All that there is to leak, except memory. */
export async function counts(sides: Side[]) {
  await until('no room is left', () => sides.every(({ node }) => node.rooms.size === 0))
  const slots = sides.flatMap(({ node }) => node.workers.slots)
  const workers = await Promise.all(
    slots.map(async (slot) => {
      const { rooms, peers, transports, producers, consumers, passing, pipes, expected } = slot
      const { routerIds, webRtcServerIds, channelMessageHandlers } = (await slot.dump())!
      const { channelRequestHandlers: asked, channelNotificationHandlers: told } = channelMessageHandlers
      const inWorker = [routerIds.length, webRtcServerIds.length, asked.length, told.length]
      return {
        inWorker,
        inNode: { rooms, peers, transports, producers, consumers, passing, pipes, expected },
      }
    }),
  )
  const resources: Record<string, number> = {}
  // the collector and files of the runner come and go
  for (const type of process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|UDP|Pipe/.test(name)))
    resources[type] = (resources[type] ?? 0) + 1
  return { workers, resources }
}

/** Bytes: resident of all workers, and of this process' heap after a collection. */
export function memory(sides: Side[]) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void // as the flag above makes it
  collect()
  const pids = sides.flatMap(({ node }) => node.workers.slots.map(({ pid }) => pid!))
  const resident = pids.map((pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096)
  return { workers: resident.reduce((sum, bytes) => sum + bytes, 0), heap: process.memoryUsage().heapUsed }
}
