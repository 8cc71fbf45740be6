/** What the operating system holds for a worker that is busy for a moment, while a whole class comes through a pipe. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import { Participant } from './participant.ts'
import { until } from './until.ts'

/** Bytes that the socket of this UDP port may hold. @see https://man7.org/linux/man-pages/man8/ss.8.html (skmem: rb) */
function receiveBuffer(port: number): number {
  const told = execFileSync('ss', ['-H', '-u', '-a', '-m', '-n', `sport = :${port}`]).toString()
  return Number(/\brb(\d+)/.exec(told)?.[1])
}

const usual = Number(readFileSync('/proc/sys/net/core/rmem_default', 'utf8'))

it('is more in a pipe between workers than a socket has by itself', async () => {
  const node = await startTestNode({ workers: 2, env: { SFU_MAX_PEERS: '1' } })
  const [server, roomId] = [await node.server(), randomUUID()]
  const people = [await Participant.join(server, roomId), await Participant.join(server, roomId)]
  try {
    const camera = await people[0]!.publish('camera')
    await people[1]!.follow()
    await until('it is piped', () => people[1]!.packets(camera) > 0)
    const { hosts } = node.rooms.find(roomId)!.hosts
    const ports = [...hosts].flatMap(({ pipeTransports }) =>
      [...pipeTransports].map(({ tuple }) => tuple.localPort),
    )
    expect(ports).toHaveLength(2)
    for (const port of ports) expect(receiveBuffer(port)).toBeGreaterThan(usual)
  } finally {
    await Promise.all(people.map((person) => person.vanish()))
    await node.close()
  }
})
