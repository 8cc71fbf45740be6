import { once } from 'node:events'
import { createServer } from 'node:http'
import { closeCode, subprotocol } from '@peerlearn/contract/channel'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { giveTicket } from '../src/auth/tickets.ts'
import { createLog } from '../src/log.ts'
import { Sockets } from '../src/ws.ts'
import { closeLater, startServer } from './harness.ts'

/** Sockets of their own beside the app's, with a faster heart. */
async function withHeartbeat(heartbeatMs: number) {
  const { app, config, db, bus, person } = await startServer()
  const refuse = () => Promise.reject(new Error('nobody asks'))
  const guards = { booked: refuse, 'in-room': refuse, 'room-mentor': refuse }
  const nobody = { onCame: () => undefined, onWent: () => undefined }
  const basis = { config, db, bus, log: createLog('silent'), now: () => new Date(), handlers: app.handlers }
  const sockets = new Sockets({ ...basis, guards, ...nobody, heartbeatMs })
  const server = createServer().on('upgrade', (req, raw, head) => sockets.upgrade(req, raw, head))
  await once(server.listen(0), 'listening')
  closeLater(async () => {
    await sockets.close()
    server.close()
  })
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  return async (autoPong: boolean) => {
    const { loginId } = await person()
    const protocols = [subprotocol, `ticket.${await giveTicket(db, loginId)}`]
    return new WebSocket(`ws://localhost:${port}/ws`, protocols, { origin: config.PUBLIC_URL, autoPong })
  }
}

test('a client that no longer answers is closed, one that answers is kept', async () => {
  const open = await withHeartbeat(100)
  const [living, silent] = [await open(true), await open(false)]
  let pings = 0
  living.on('ping', () => pings++)
  const [code] = (await once(silent, 'close')) as [number] // as ws documents the event
  // Its own side may see the connection cut before it reads the reason.
  expect([closeCode.silent, 1006]).toContain(code)
  while (pings < 5) await once(living, 'ping')
  expect(living.readyState).toBe(WebSocket.OPEN)
})
