/** Probes on a real worker, from a device's end with real ICE, DTLS and SCTP (werift). */
import { randomInt, randomUUID } from 'node:crypto'
import { FillRate, probeLimits, readFrame, writeFrame } from '@peerlearn/contract/probe'
import type { ProbeFrame } from '@peerlearn/contract/probe'
import { probeAnswer, probeChannel, readOffer } from '@peerlearn/contract/probe-answer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RTCPeerConnection } from 'werift'
import type { RTCDataChannel } from 'werift'
import type { Channel } from '../src/channel.ts'
import { makeLog } from '../src/log.ts'
import { Probes } from '../src/probes.ts'
import { Workers } from '../src/workers.ts'
import { until } from './until.ts'

let workers: Workers
let probes: Probes
const newServer = (): Channel => ({ closed: false, tell: () => undefined })

beforeAll(async () => {
  workers = new Workers(
    {
      count: 1,
      minPort: 30_000 + randomInt(2_000),
      announcedAddress: '127.0.0.1',
      workerBin: process.env.MEDIASOUP_WORKER_BIN,
      limits: { consumers: 1_000, peers: 300, cpu: 0.95 },
    },
    makeLog('silent'),
  )
  await workers.start()
  probes = new Probes(workers)
})
afterAll(() => workers.close())

const routers = async () => (await workers.slots[0]!.dump())?.routerIds.length

interface Device {
  channel: RTCDataChannel
  heard: ProbeFrame[]
  rate: FillRate
  send(frame: ProbeFrame): void
  close(): Promise<void>
}

async function connect(server: Channel): Promise<Device> {
  const probeId = randomUUID()
  const transport = await probes.open(probeId, server)
  const connection = new RTCPeerConnection({ iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false })
  const channel = connection.createDataChannel('probe', probeChannel)
  const offer = await connection.createOffer()
  await connection.setLocalDescription(offer)
  const { mid, fingerprint } = readOffer(connection.localDescription!.sdp)
  await probes.connect(probeId, server, {
    role: 'client',
    fingerprints: [{ algorithm: 'sha-256', value: fingerprint }],
  })
  await connection.setRemoteDescription({ type: 'answer', sdp: probeAnswer(transport, 'udp', mid) })
  const heard: ProbeFrame[] = []
  const rate = new FillRate()
  channel.onMessage.subscribe((data) => {
    const frame = readFrame(data as Buffer)
    if (frame?.kind === 'fill') rate.add(data.length, performance.now())
    else if (frame) heard.push(frame)
  })
  await until('the channel is open', () => channel.readyState === 'open')
  return {
    channel,
    heard,
    rate,
    send: (frame) => channel.send(Buffer.from(writeFrame(frame))),
    close: () => connection.close(),
  }
}

describe('a device that checks its link', () => {
  it('gets its pings back, with how many came', async () => {
    const server = newServer()
    const device = await connect(server)
    for (let number = 0; number < 10; number++) device.send({ kind: 'ping', number, heard: 0 })
    await until('all pings are back', () => device.heard.length === 10)
    expect(device.heard).toContainEqual({ kind: 'ping', number: expect.any(Number) as number, heard: 10 })
    expect(new Set(device.heard.map((frame) => frame.kind === 'ping' && frame.number)).size).toBe(10)
    await device.close()
    probes.drop(server)
  })

  it('is filled once, for a moment, at a rate that it can measure', async () => {
    const server = newServer()
    const device = await connect(server)
    const began = performance.now()
    device.send({ kind: 'start', bits: probeLimits.fillBits })
    device.send({ kind: 'start', bits: probeLimits.fillBits })
    await until('the fill is there', () => device.rate.bits > 0 && performance.now() - began > 2_500)
    expect(device.rate.bits).toBeGreaterThan(1_000_000)
    expect(device.rate.bits).toBeLessThan(probeLimits.fillBits * 1.2)
    const { bits } = device.rate
    device.send({ kind: 'start', bits: probeLimits.fillBits })
    device.send({ kind: 'ping', number: 0, heard: 0 })
    await until('the ping after it is back', () => device.heard.length === 1)
    expect(device.rate.bits).toBe(bits)
    await device.close()
    probes.drop(server)
  })

  it('is told how fast its own fill comes, and is cut off when it is too much', async () => {
    const server = newServer()
    const device = await connect(server)
    const words = () => device.heard.flatMap((frame) => (frame.kind === 'came' ? [frame.bits] : []))
    const sending = setInterval(() => {
      for (let n = 0; n < 5; n++) device.send({ kind: 'fill' })
    }, 20)
    await until('the node says how fast', () => words().length > 8)
    clearInterval(sending)
    expect(words().at(-1)).toBeGreaterThan(200_000)
    const flood = setInterval(() => {
      if (device.channel.bufferedAmount < 64_000) for (let n = 0; n < 50; n++) device.send({ kind: 'fill' })
    }, 5)
    await until('the node has had enough', () => probes.size === 0, 20_000)
    clearInterval(flood)
    await device.close()
  })

  it('leaves nothing in the worker when it goes, or its server does', async () => {
    const server = newServer()
    const device = await connect(server)
    await probes.open(randomUUID(), server)
    expect(await routers()).toBe(2)
    await device.close()
    await until('the device’s probe is closed', async () => (await routers()) === 1)
    probes.drop(server)
    expect(probes.size).toBe(0)
    await until('the worker holds nothing', async () => (await routers()) === 0)
  })

  it('that connects twice is refused for its own fault, not for one of ours', async () => {
    const server = newServer()
    const probeId = randomUUID()
    await probes.open(probeId, server)
    const value = Array.from({ length: 32 }, () => 'AB').join(':')
    const connecting = () =>
      probes.connect(probeId, server, { fingerprints: [{ algorithm: 'sha-256', value }] })
    await connecting()
    await expect(connecting()).rejects.toMatchObject({ code: 'media-refused' })
    probes.drop(server)
  })

  it('is refused while too many check, and cannot use another’s probe', async () => {
    const server = newServer()
    const probeId = randomUUID()
    await probes.open(probeId, server)
    const refused = probes.connect(probeId, newServer(), {
      fingerprints: [{ algorithm: 'sha-256', value: 'AA' }],
    })
    await expect(refused).rejects.toMatchObject({ code: 'not-found' })
    const more = await Promise.allSettled(Array.from({ length: 70 }, () => probes.open(randomUUID(), server)))
    const refusals = more
      .filter((one) => one.status === 'rejected')
      .map((one) => one.reason as { code: string })
    expect(refusals.length).toBe(11)
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['media-full']))
    probes.drop(server)
    expect(probes.size).toBe(0)
  })
})
