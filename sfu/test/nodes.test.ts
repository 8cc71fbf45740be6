import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

interface Side {
  node: NodeUnderTest
  server: ServerEnd
}

let sides: Side[]
let roomId: string
const people: Participant[] = []

const nodesOf = (some: Side[]) =>
  some.map(({ node }) => ({ nodeId: node.nodeId, url: `ws://127.0.0.1:${node.port}` }))

/** The server tells each node which others have the room. */
const link = (some = sides) =>
  Promise.all(some.map(({ server }) => server.ask('room.link', { roomId, nodes: nodesOf(some) })))

async function joinOn(side: number, peerId?: string) {
  const person = await Participant.join(sides[side]!.server, roomId, { ...(peerId && { peerId }) })
  people.push(person)
  await person.follow()
  return person
}
const pipes = (side: number) => sides[side]!.node.workers.slots.reduce((sum, slot) => sum + slot.pipes, 0)
const transports = (side: number) =>
  sides[side]!.node.workers.slots.reduce((sum, slot) => sum + slot.transports, 0)

async function openSides(count: number, workers = 1, env: Record<string, string> = {}) {
  const nodes = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      startTestNode({ workers, env: { SFU_NODE_ID: `node-${n}`, SFU_PIPE_IDLE_SECONDS: '1', ...env } }),
    ),
  )
  sides = await Promise.all(nodes.map(async (node) => ({ node, server: await node.server() })))
}

beforeEach(() => {
  roomId = randomUUID()
})
afterEach(async () => {
  await Promise.all(people.splice(0).map((person) => person.vanish()))
  await Promise.all(sides.map(({ node }) => node.close()))
})

describe('a room over several nodes', () => {
  it('carries pictures and sound between them, however they come', async () => {
    await openSides(3)
    const one = await joinOn(0)
    const camera = await one.publish('camera', { layers: 3 })
    const [two, three] = [await joinOn(1), await joinOn(2)]
    await link()
    for (const person of [two, three]) await until('the camera arrives', () => person.packets(camera) > 20)
    const voice = await two.publish('microphone')
    for (const person of [one, three]) await until('the voice arrives', () => person.packets(voice) > 20)
    await three.show([camera, 1080])
    await until('its largest layer', () => three.layer(three.find(camera)!) === 2)
    const late = await joinOn(2)
    await until('also for who comes later', () => late.packets(camera) > 10 && late.packets(voice) > 10)
    expect([pipes(0), pipes(1), pipes(2)]).toEqual([1, 1, 2])
  })

  it('brings what comes from another node to all its own workers', async () => {
    await openSides(2, 2, { SFU_MAX_PEERS: '1' })
    const [one, , three] = [await joinOn(0), await joinOn(0), await joinOn(1), await joinOn(1)]
    await link()
    const camera = await one.publish('camera')
    for (const person of people.slice(1)) await until('the camera arrives', () => person.packets(camera) > 20)
    // on each of the two nodes one pipe between its workers; between the nodes one in all
    expect([pipes(0), pipes(1)]).toEqual([1, 2])
    await three.show()
    await people[3]!.show()
    await until('it is unpiped over there', () => pipes(1) === 0, 20_000)
  }, 40_000)

  it('goes on through a worker whose own people have all left', async () => {
    await openSides(2, 2, { SFU_MAX_PEERS: '1' })
    const [one, two, three] = [await joinOn(0), await joinOn(0), await joinOn(1)]
    await link()
    const camera = await two.publish('camera')
    await until('the camera arrives', () => three.packets(camera) > 20)
    const { server, node } = sides[0]!
    const host = node.rooms.find(roomId)!.peers.get(one.of.peerId)!.host!
    expect(host.isPassedThrough, 'it comes by the worker of somebody else').toBe(true)
    const { consumerId } = three.find(camera)!
    await server.ask('peer.close', one.of)
    const lastTold = server.all('node.stats').length
    await until('longer than an idle one stays', () => server.all('node.stats').length > lastTold + 4, 20_000)
    const before = three.packets(camera)
    await until('it goes on', () => three.packets(camera) > before + 20)
    expect(three.find(camera)?.consumerId).toBe(consumerId)
    await three.show()
    await until('it is needed no more', () => host.closed, 20_000)
  }, 60_000)

  it('tells the publisher on the other node how much is looked at', async () => {
    await openSides(2)
    const [one, two] = [await joinOn(0), await joinOn(1)]
    await link()
    const camera = await one.publish('camera', { layers: 3 })
    await until('it arrives', () => two.packets(camera) > 10)
    await two.show([camera, 1080])
    const wanted = (layer: number) =>
      sides[0]!.server.heard('layers.wanted', (data) => data.producerId === camera && data.layer === layer)
    await wanted(2)
    await two.show()
    await wanted(-1)
  })

  it('tells at once when somebody there is the first to look, and asks a screen for its best', async () => {
    await openSides(2)
    const [one, two] = [await joinOn(0), await joinOn(1)]
    await link()
    await two.show()
    const [camera, screen] = [
      await one.publish('camera', { layers: 3 }),
      await one.publish('screen', { layers: 2 }),
    ]
    const told = (id: string) =>
      sides[0]!.server.all('layers.wanted').flatMap((w) => (w.producerId === id ? [w.layer] : []))
    await until('nobody looks', () => [camera, screen].every((id) => told(id).at(-1) === -1))
    const since = performance.now()
    await two.show([camera, 1080], [screen, 1080])
    await until('it is told', () => told(camera).at(-1) === 2 && told(screen).at(-1) === 1)
    expect(performance.now() - since).toBeLessThan(2_000)
    const shown = await two.consumerOf(screen)
    await until('the best arrives', () => two.layer(shown) === 1)
  })

  it('tells a pause and an end over there, and a peer that was here and is there is not shown to itself', async () => {
    await openSides(2)
    const [one, two] = [await joinOn(0), await joinOn(1)]
    await link()
    const voice = await one.publish('microphone')
    await until('it arrives', () => two.packets(voice) > 10)
    const { server } = sides[0]!
    await server.ask('producer.pause', { ...one.of, producerId: voice })
    const room = () => sides[1]!.node.rooms.find(roomId)!
    await until('it is paused there', () => room().media.offers.find(voice)?.info.paused)
    await server.ask('producer.resume', { ...one.of, producerId: voice })
    const before = two.packets(voice)
    await until('it goes on there', () => two.packets(voice) > before + 20)
    expect(room().media.offersFor(one.of.peerId)).toEqual([])
    await server.ask('producer.close', { ...one.of, producerId: voice })
    await sides[1]!.server.heard('consumer.closed', ({ to }) => to === two.of.peerId)
    await until('the pipe is gone', () => pipes(1) === 0 && transports(1) === 2 && transports(0) === 2)
  })

  it('names who speaks, on whichever node', async () => {
    await openSides(2)
    const [one, two] = [await joinOn(0), await joinOn(1)]
    await link()
    await one.publish('microphone', { loudness: 10 })
    const about = ({ speakers }: { speakers: { peerId: string }[] }) =>
      speakers.some(({ peerId }) => peerId === one.of.peerId)
    await Promise.all(sides.map(({ server }) => server.heard('speakers.changed', about)))
    expect(two.of.peerId).not.toBe(one.of.peerId)
  })

  it('goes on when a node vanishes, without what came from there, and has it again when it is back', async () => {
    await openSides(3)
    const [one, two] = [await joinOn(0), await joinOn(1)]
    await joinOn(2)
    await link()
    const [camera, voice] = [await one.publish('camera'), await people[2]!.publish('microphone')]
    await until('both arrive', () => two.packets(camera) > 10 && two.packets(voice) > 10)
    await sides[2]!.node.close()
    const { consumerId } = two.find(voice)!
    await sides[1]!.server.heard('consumer.closed', (data) => data.consumerId === consumerId)
    const before = two.packets(camera)
    await until('the others go on', () => two.packets(camera) > before + 20)
    await link(sides.slice(0, 2))
    const again = await joinOn(1)
    await until('and take newcomers', () => again.packets(camera) > 10)
  })

  it('mends its pipes when a worker dies over there that had no part in what is seen', async () => {
    await openSides(2, 2, { SFU_MAX_PEERS: '1' })
    const [one, two, three] = [await joinOn(0), await joinOn(0), await joinOn(1)]
    await link()
    const camera = await two.publish('camera')
    await until('it arrives', () => three.packets(camera) > 10)
    const hostOf = ({ of }: Participant) => sides[0]!.node.rooms.find(roomId)!.peers.get(of.peerId)!.host!
    process.kill(hostOf(one).slot.pid!, 'SIGKILL')
    await sides[0]!.server.heard('room.lost', ({ peerIds }) => peerIds.join() === one.of.peerId)
    const lostAt = three.packets(camera)
    await until('it goes on', () => {
      const consumer = three.find(camera)
      return consumer !== undefined && three.packets(consumer) !== lostAt && three.packets(consumer) > 20
    })
  })

  it('stays whole when one of its servers has lost the way to one of them', async () => {
    await openSides(2)
    const [one, two] = [await joinOn(0), await joinOn(1)]
    await link()
    const camera = await one.publish('camera')
    await until('the camera arrives', () => two.packets(camera) > 10)
    const { node, server } = sides[1]!
    const another = await node.server()
    await another.ask('room.attach', { roomId })
    await another.ask('room.link', { roomId, nodes: [] })
    const before = two.packets(camera)
    await until('it goes on', () => two.packets(camera) > before + 50)
    // Who goes last has the last word.
    const { channels } = node.rooms.find(roomId)!
    another.close()
    await until('one has gone', () => channels.size === 1)
    server.close()
    await until('nobody controls it', () => channels.size === 0)
    const alone = two.packets(camera)
    await until('it goes on by itself', () => two.packets(camera) > alone + 50)
    sides[1]!.server = await node.server()
    await sides[1]!.server.ask('room.attach', { roomId })
    await sides[1]!.server.ask('room.link', { roomId, nodes: [] })
    await until('it is not linked any more', () => pipes(1) === 0)
  })

  it('takes everybody who moves there, though for a while all is there twice', async () => {
    await openSides(2, 1, { SFU_MAX_CONSUMERS: '6' })
    const old = [await joinOn(0), await joinOn(0), await joinOn(0)]
    const sent = [await old[0]!.publish('camera'), await old[0]!.publish('microphone')]
    const moved = await joinOn(1, old[0]!.of.peerId)
    await link()
    sent.push(await moved.publish('camera'), await moved.publish('microphone'))
    for (const { of } of old.slice(1)) {
      const person = await joinOn(1, of.peerId)
      await until('both of each', () => sent.every((id) => person.packets(id) > 5))
    }
    const slot = sides[1]!.node.workers.slots[0]!
    // Two people with four each, and what the old node has of the new ones.
    expect([slot.consumers, slot.passing]).toEqual([4 + 4 + 2, 4])
    for (const { of } of old) await sides[0]!.server.ask('peer.close', of)
    await until('each once', () => slot.consumers === 4 && slot.passing === 0)
    const last = await joinOn(1)
    await until('the node is full', () => last.consumers.size === 2 && slot.fill >= 1)
    await expect(joinOn(1)).rejects.toMatchObject({ code: 'media-full' })
  })

  it('follows a room that is opened over there later, and leaves nothing when it is closed', async () => {
    await openSides(2)
    const one = await joinOn(0)
    await sides[0]!.server.ask('room.link', { roomId, nodes: nodesOf(sides) })
    const two = await joinOn(1)
    await sides[1]!.server.ask('room.link', { roomId, nodes: nodesOf(sides) })
    const camera = await two.publish('camera')
    await until('it arrives', () => one.packets(camera) > 10)
    await Promise.all(sides.map(({ server }) => server.ask('room.close', { roomId })))
    await until('nothing is left', () => [0, 1].every((side) => transports(side) + pipes(side) === 0))
  })
})
