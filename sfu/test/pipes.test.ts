/** A room over several workers: what anybody looks at is piped to where they are, and nothing else. */
import { describe, expect, it } from 'vitest'
import type { Participant } from './participant.ts'
import { openSpreadRoom } from './spread-room.ts'
import { until } from './until.ts'

const goesOn = async (person: Participant, producerId: string) => {
  const before = person.packets(producerId)
  await until('packets go on', () => person.packets(producerId) > before + 20)
}

describe('a room over several workers', () => {
  it('carries pictures and sound from one worker to the others, and back', async () => {
    const { join, slotOf, pipes } = await openSpreadRoom(3)
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
    const { join, pipes } = await openSpreadRoom(2)
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
    const { server, room, join, pipes } = await openSpreadRoom(2)
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

  it('leaves a worker some seconds after its people did, and comes back to it', async () => {
    const { server, room, join, slotOf } = await openSpreadRoom(2)
    const [one, two] = [await join(), await join()]
    const camera = await one.publish('camera')
    await until('it arrives', () => two.packets(camera) > 10)
    const left = slotOf(two)
    await server.ask('peer.close', two.of)
    await until('it is there no more', () => left.rooms + left.transports + left.pipes === 0, 20_000)
    expect([slotOf(one).rooms, room().hosts.hosts.size]).toEqual([1, 1])
    const next = await join()
    expect(slotOf(next)).toBe(left)
    await until('who comes then sees it', () => next.packets(camera) > 10)
  }, 40_000)

  it('keeps a mended pipe while anybody on that worker looks through it', async () => {
    const { server, room, join } = await openSpreadRoom(2, { SFU_MAX_PEERS: '2' })
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
    const { server, join, slotOf, pipes } = await openSpreadRoom(3, { SFU_MAX_PEERS: '2' })
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
    const { server, room, join, pipes } = await openSpreadRoom(2, {
      SFU_MAX_PEERS: '4',
      SFU_PIPE_IDLE_SECONDS: '0',
    })
    const everyone = [await join(), await join(), await join(), await join(), await join()]
    const far = everyone.at(-1)!
    for (let n = 0; n < 20; n++) {
      const producers = await Promise.all(everyone.slice(0, 4).map((person) => person.produce('microphone')))
      const { peerId } = far.of
      const host = room().peers.get(peerId)!.host!
      const taking = producers.flatMap((id) => [room().media.take(id, host), room().media.take(id, host)])
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
    const { server, room, join, pipes } = await openSpreadRoom(3)
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
    const { server, join, slotOf } = await openSpreadRoom(2)
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
    const { node, server, room, join, slotOf, pipes } = await openSpreadRoom(3, { SFU_MAX_PEERS: '2' })
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

/** A second of its own stats: whatever would be piped has been by then. */
async function goesOnAlone(person: Participant): Promise<void> {
  const told = person.server.all('node.stats').length
  await until('two more measurements', () => person.server.all('node.stats').length > told + 1)
}
