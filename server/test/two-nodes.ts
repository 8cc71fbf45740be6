/** Two nodes without media, and a server that puts people on them. Real ones: nodes-real.test.ts. */
import type { NodeInfo } from '@peerlearn/contract/node-stats'
import { beforeAll, beforeEach, onTestFinished } from 'vitest'
import { startFakeSfu, type FakeSfu } from './fake-sfu.ts'
import { join, newClass, until } from './factories-rooms.ts'
import { startServer, testConfig } from './harness.ts'
import { freePort } from './harness-ports.ts'

type Desk = Awaited<ReturnType<typeof openTwoNodes>>
type Nodes = Awaited<ReturnType<Desk['nodes']>>

/** For a file's tests: one server for all of them, and two nodes for each. */
export function useTwoNodes(): Desk & Nodes {
  const desk = {} as Desk & Nodes // whole before a test reads it
  beforeAll(async () => void Object.assign(desk, await openTwoNodes()))
  beforeEach(async () => void Object.assign(desk, await desk.nodes()))
  return desk
}

/** It is closed with the test. */
export async function startNode(nodeId: string, wish: { port?: number; info?: Partial<NodeInfo> } = {}) {
  const node = await startFakeSfu(testConfig().SFU_SECRET, { ...wish, info: { nodeId, ...wish.info } })
  onTestFinished(() => node.close())
  return node
}

/** The server, a mentor, two learners, and an admin who sees what it knows of the nodes. */
async function openTwoNodes() {
  const ports = { one: await freePort(), two: await freePort() }
  const env = {
    SFU_URLS: Object.values(ports)
      .map((port) => `ws://127.0.0.1:${port}`)
      .join(','),
  }
  const server = await startServer({ env })
  const mentor = await server.person({ roles: ['mentor'] })
  const asha = await server.person()
  const bela = await server.person()
  const admin = await server.connect(await server.person({ roles: ['admin'] }))
  /** The node says that it is so now, and the server has heard it. */
  async function becomes(node: FakeSfu, changed: Partial<NodeInfo>): Promise<void> {
    node.measure(changed)
    const heard = async () =>
      (await admin.request('admin.watch', {})).nodes.find((n) => n.nodeId === node.info.nodeId)
    await until('the server has heard it', async () => {
      const known = await heard()
      return known?.load === node.info.load && (known.draining !== null) === node.info.draining
    })
  }
  return {
    server,
    mentor,
    asha,
    bela,
    becomes,
    /** For one test: the first has nobody, the second is half full. */
    async nodes(): Promise<{ one: FakeSfu; two: FakeSfu }> {
      const one = await startNode('one', { port: ports.one })
      const two = await startNode('two', { port: ports.two, info: { load: 0.5 } })
      await until('both nodes answer', () => one.connections() > 0 && two.connections() > 0)
      await becomes(one, {})
      await becomes(two, {})
      return { one, two }
    },
    async aClass() {
      const sessionId = await newClass(server.db, mentor, [asha, bela])
      const teaching = await join(server, mentor, sessionId)
      return { sessionId, teaching }
    },
    /** The nodes that the database knows the room to be on. */
    async rowsOf(sessionId: string): Promise<string[]> {
      const rows = server.db.selectFrom('room_node').select('node_id').where('session_id', '=', sessionId)
      return (await rows.execute()).map(({ node_id }) => node_id).sort()
    },
  }
}
