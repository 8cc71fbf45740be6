import { createSocket } from 'node:dgram'
import { expect, test } from 'vitest'
import { choosePorts, TURN_RELAYS } from './ports.ts'

const env = { SFU_WORKERS: '2' }

test('two copies started in the same moment reach for different media ports', async () => {
  const [one, other] = await Promise.all([choosePorts(3000, false, env), choosePorts(3001, false, env)])
  expect(Math.abs(one.rtc - other.rtc)).toBeGreaterThanOrEqual(2)
  expect(one.turn).not.toBe(other.turn)
  expect(Math.abs(one.relay - other.relay)).toBeGreaterThanOrEqual(TURN_RELAYS)
})

test('a media port in use is passed over', async () => {
  const { rtc } = await choosePorts(3017, false, env)
  const taken = createSocket('udp4')
  await new Promise<void>((bound) => taken.bind(rtc + 1, bound))
  const { rtc: next } = await choosePorts(3017, false, env)
  taken.close()
  expect([rtc, rtc + 1]).not.toContain(next)
})

test('the inner ports are four different ones', async () => {
  const { server, postgres, sandbox, sfu } = await choosePorts(3000, true, env)
  expect(new Set([server, postgres, sandbox, sfu]).size).toBe(4)
})

test('without the development server the port is the server’s own', async () => {
  expect((await choosePorts(3042, false, env)).server).toBe(3042)
})
