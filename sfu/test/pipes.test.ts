import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import { peerOptions, rtpCapabilities } from './rtp.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

let node: NodeUnderTest
let server: ServerEnd
let roomId: string
const people: Participant[] = []

/** Workers that take so many people each, so that a room of more is on several of them. */
async function open(workers: number, env: Record<string, string> = {}) {
  node = await startTestNode({ workers, env: { SFU_MAX_PEERS: '1', SFU_PIPE_IDLE_SECONDS: '1', ...env } })
  server = await node.server()
}

async function join() {
  const person = await Participant.join(server, roomId)
  people.push(person)
  await person.follow()
  return person
}

const room = () => node.rooms.find(roomId)!
const pipes = () => node.workers.slots.reduce((sum, slot) => sum + slot.pipes, 0)
const slotOf = (person: Participant) => room().peers.get(person.of.peerId)!.host!.slot
const goesOn = async (person: Participant, producerId: string) => {
  const before = person.packets(producerId)
  await until('packets go on', () => person.packets(producerId) > before + 20)
}

beforeEach(() => {
  roomId = randomUUID()
})
afterEach(async () => {
  await Promise.all(people.splice(0).map((person) => person.vanish()))
  await node.close()
})

describe('a room over several workers', () => {
  it('carries pictures and sound from one worker to the others, and back', async () => {
    await open(3)
    const [one, two, three] = [await join(), await join(), await join()]
    expect(new Set([one, two, three].map(slotOf)).size).toBe(3)
    const camera = await one.publish('camera', { layers: 3 })
    const voice = await two.publish('microphone')
    for (const person of [two, three]) await until('the camera arrives', () => person.packets(camera) > 20)
    for (const person of [one, three]) await until('the voice arrives', () => person.packets(voice) > 20)
    await three.show([camera, 1080])
    await until('its largest layer', () => three.layer(three.find(camera)!) === 2)
    expect(pipes()).toBe(4)
  })

  it('pipes nothing that nobody looks at, and unpipes when nobody does any more', async () => {
    await open(2)
    const [one, two] = [await join(), await join()]
    await two.show()
    const camera = await one.publish('camera')
    await goesOnAlone(one)
    expect(pipes()).toBe(0)
    await two.show([camera, 180])
    await until('it is piped', () => two.packets(camera) > 10)
    expect(pipes()).toBe(1)
    await two.show()
    await until('it is unpiped', () => pipes() === 0, 20_000)
    await two.show([camera, 180])
    await until('it is piped again', () => pipes() === 1)
    await until('the picture is back', () => two.packets(camera) > 10)
  }, 40_000)

  it('shows the same whoever closes, pauses or leaves', async () => {
    await open(2)
    const [one, two] = [await join(), await join()]
    const voice = await one.publish('microphone')
    await until('sound arrives', () => two.packets(voice) > 10)
    await server.ask('producer.pause', { ...one.of, producerId: voice })
    await until('the copy is paused', () => room().media.pipes.copies(voice)[0]?.paused)
    await server.ask('producer.resume', { ...one.of, producerId: voice })
    await goesOn(two, voice)
    await server.ask('producer.close', { ...one.of, producerId: voice })
    await server.heard('consumer.closed', ({ to }) => to === two.of.peerId)
    await until('the pipe is gone', () => pipes() === 0)
    await two.publish('microphone')
    await until('one hears two', () => pipes() === 1)
    await server.ask('peer.close', two.of)
    await until('the pipe of who left is gone', () => pipes() === 0)
  })

  it('keeps a mended pipe while anybody on that worker looks through it', async () => {
    await open(2, { SFU_MAX_PEERS: '2' })
    const [one, , three, four] = [await join(), await join(), await join(), await join()] as const
    const camera = await one.publish('camera')
    for (const person of [three, four]) await until('it arrives', () => person.packets(camera) > 10)
    const broken = [three, four].map((person) => person.find(camera)!.consumerId)
    room().media.pipes.copies(camera)[0]!.close()
    const isMended = (person: Participant, n: number) =>
      person.find(camera) !== undefined && person.find(camera)!.consumerId !== broken[n]
    await until('both have it anew', () => [three, four].every(isMended))
    const { consumerId } = three.find(camera)!
    await server.ask('peer.close', four.of)
    const lastTold = server.all('node.stats').length
    await until('longer than a pipe is kept', () => server.all('node.stats').length > lastTold + 1)
    expect(three.find(camera)?.consumerId).toBe(consumerId)
    await goesOn(three, camera)
  })

  it('loses only those on the worker that dies; they come back and are seen again', async () => {
    await open(3, { SFU_MAX_PEERS: '2' })
    const all = [await join(), await join(), await join(), await join()] as const
    const [one, , three] = all
    expect(slotOf(three)).not.toBe(slotOf(one))
    const [camera, voice] = [await one.publish('camera'), await three.publish('microphone')]
    await until('each gets the other', () => three.packets(camera) > 10 && one.packets(voice) > 10)
    const there = all.filter((person) => slotOf(person) === slotOf(three)).map(({ of }) => of.peerId)
    process.kill(slotOf(three).pid!, 'SIGKILL')
    const { peerIds } = await server.heard('room.lost')
    expect(peerIds.sort()).toEqual(there.sort())
    await until('its pipes are gone', () => pipes() === 0)
    const back = await join()
    await until('the camera is there again', () => back.packets(camera) > 10)
    const again = await back.publish('microphone')
    await until('the others hear it again', () => one.packets(again) > 10)
  })

  it('survives that somebody is taken and lost a hundred times at once', async () => {
    await open(2, { SFU_MAX_PEERS: '4', SFU_PIPE_IDLE_SECONDS: '0' })
    const everyone = [await join(), await join(), await join(), await join(), await join()]
    const far = everyone.at(-1)!
    for (let n = 0; n < 20; n++) {
      const producers = await Promise.all(everyone.slice(0, 4).map((person) => person.produce('microphone')))
      const { peerId } = far.of
      const host = room().peers.get(peerId)!.host!
      const taking = producers.flatMap((id) => [
        node.rooms.find(roomId)!.media.take(id, host),
        room().media.take(id, host),
      ])
      const closing = producers.map((producerId, n) =>
        server.ask('producer.close', { ...everyone[n]!.of, producerId }),
      )
      for (const one of await Promise.all(taking)) expect(one === undefined || one.id.length > 0).toBe(true)
      await Promise.all(closing)
    }
    await until('nothing is left', () => pipes() === 0 && room().media.pipes.size === 0)
    const voice = await everyone[0]!.publish('microphone')
    await until('it still works', () => far.packets(voice) > 10)
  }, 40_000)
})

describe('a worker in trouble', () => {
  it('that hangs while pipes from it and to it are made holds up nobody else, and leaves nothing', async () => {
    await open(3)
    const [one, two, three] = [await join(), await join(), await join()]
    const voice = await two.publish('microphone')
    await until('sound arrives', () => three.packets(voice) > 10)
    const [sick, well] = [one, three].map(({ of }) => room().peers.get(of.peerId)!.host!)
    await one.show()
    const camera = await one.produce('camera')
    const screen = await three.produce('screen')
    process.kill(sick!.slot.pid!, 'SIGSTOP')
    const taking = Promise.allSettled([room().media.take(camera, well!), room().media.take(screen, sick!)])
    await goesOn(three, voice)
    expect((await server.heard('room.lost')).peerIds).toEqual([one.of.peerId])
    for (const taken of await taking)
      if (taken.status === 'fulfilled') expect(taken.value?.closed ?? true).toBe(true)
      else expect(taken.reason).toMatchObject({ code: 'media-unavailable' })
    await goesOn(three, voice)
    await until('what the well ones send is piped, and no more', () =>
      [pipes(), room().media.pipes.size].every((count) => count === 2),
    )
    const back = await join()
    await until('who comes back hears it', () => back.packets(voice) > 10)
  })

  it('that hangs holds up nothing that one on another worker asks who wants to see somebody there', async () => {
    await open(2)
    const [one, two] = [await join(), await join()]
    await two.show()
    const camera = await one.produce('camera')
    process.kill(slotOf(one).pid!, 'SIGSTOP')
    const asked = performance.now()
    const seeing = two.show([camera, 180])
    await server.ask('transport.restart-ice', { ...two.of, transportId: two.setup.recv.id })
    expect(performance.now() - asked).toBeLessThan(1_000)
    await seeing
  })

  it('that is killed again and again while people look at each other never takes the node with it', async () => {
    await open(3, { SFU_MAX_PEERS: '2' })
    for (let n = 0; n < 6; n++) {
      const [one, two, three] = [await join(), await join(), await join()]
      const sent = await Promise.all([
        one.publish('camera'),
        two.publish('microphone'),
        three.publish('camera'),
      ])
      if (n % 2 === 0) await until('something is piped', () => pipes() > 0)
      process.kill(slotOf([one, two, three][n % 3]!).pid!, 'SIGKILL')
      await until('it is lost', () => server.all('room.lost').length > n)
      const left = [one, two, three].filter(({ of }) => room().peers.has(of.peerId))
      for (const person of left) {
        const ofOthers = sent.filter((id) => room().media.offers.find(id) && person.find(id))
        for (const id of ofOthers) await goesOn(person, id)
      }
      for (const { of } of left) await server.ask('peer.close', of)
      await until('all workers are there', () => node.workers.up === 3)
    }
    await until('nothing is left', () => pipes() === 0 && room().media.pipes.size === 0)
  }, 60_000)
})

describe('a node at its limits', () => {
  it('says so at once, and takes the next when somebody has left', async () => {
    await open(2)
    const [one] = [await join(), await join()]
    const asked = Date.now()
    await expect(join()).rejects.toMatchObject({ code: 'media-full' })
    expect(Date.now() - asked).toBeLessThan(500)
    await server.ask('peer.close', one.of)
    await join()
  })

  it('keeps a room together until its worker is full', async () => {
    await open(2, { SFU_MAX_PEERS: '3' })
    const everyone = [await join(), await join(), await join(), await join()]
    expect(everyone.slice(0, 3).map(slotOf)).toEqual(Array.from({ length: 3 }, () => slotOf(everyone[0]!)))
    expect(slotOf(everyone[3]!)).not.toBe(slotOf(everyone[0]!))
  })

  it('takes no more rooms than it may, and none while it is being emptied', async () => {
    await open(1, { SFU_MAX_ROOMS: '1' })
    await server.ask('room.attach', { roomId })
    const another = { roomId: randomUUID() }
    await expect(server.ask('room.attach', another)).rejects.toMatchObject({ code: 'media-full' })
    await server.ask('room.close', { roomId })
    await server.ask('node.drain', { draining: true })
    await server.heard('node.stats', (stats) => stats.node.draining)
    await expect(server.ask('room.attach', another)).rejects.toMatchObject({ code: 'media-full' })
    await server.ask('node.drain', { draining: false })
    await server.ask('room.attach', another)
  })

  it('counts what a worker carries before it takes one more', async () => {
    await open(1, { SFU_MAX_PEERS: '50', SFU_MAX_CONSUMERS: '2' })
    const [one] = [await join(), await join()]
    const sent = [await one.publish('camera'), await one.publish('microphone')]
    const two = people[1]!
    await until('both are looked at', () => sent.every((id) => two.packets(id) > 0))
    const newcomer = { roomId, peerId: randomUUID(), ...peerOptions, rtpCapabilities }
    await expect(server.ask('peer.create', newcomer)).rejects.toMatchObject({ code: 'media-full' })
    await server.heard('node.stats', (stats) => stats.node.load === 1)
  })
})

/** A second of its own stats: whatever would be piped has been by then. */
async function goesOnAlone(person: Participant): Promise<void> {
  const told = person.server.all('node.stats').length
  await until('two more measurements', () => person.server.all('node.stats').length > told + 1)
}
