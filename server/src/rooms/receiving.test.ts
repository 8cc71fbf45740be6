import { expect, test } from 'vitest'
import { createLog } from '../log.ts'
import type { ClientSocket, Heard } from '../sockets.ts'
import type { LiveRoom } from './live-room.ts'
import { createPlaces } from './places.ts'
import { receivingHandlers, type ReceivingDeps } from './receiving.ts'
import { Seat } from './seat.ts'

test('each step on the way back is a line of the log: whose, which, how long, and whose fault', async () => {
  const lines: object[] = []
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as object) })
  const learners = { of: () => ({ report: () => undefined }) } as unknown as ReceivingDeps['learners']
  const places = createPlaces()
  const socket = { onClose: () => () => undefined } as unknown as ClientSocket
  const seat = new Seat(socket, 'asha', 'peer of asha')
  places.set(socket, { room: { session: { id: 'tala' } } as LiveRoom, seat })
  const steps = [
    { step: 'ice', ms: 2_400, fault: 'network' },
    { step: 'transports', ms: 700, fault: 'server' },
  ]
  const report = { way: 'udp', rttMs: 40, lossDown: 0, concealed: 0 }
  const heard = { socket, data: { ...report, steps } } as unknown as Heard<'link.report'>
  const handlers = receivingHandlers({ places, learners, log })
  await handlers['link.report'](heard)
  await handlers['link.report']({ ...heard, data: { ...heard.data, steps: [] } })
  const of = { msg: 'media are back', sessionId: 'tala', peerId: 'peer of asha' }
  expect(lines).toMatchObject(steps.map((step) => ({ ...of, ...step })))
  expect(lines).toHaveLength(2)
})
