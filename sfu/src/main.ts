/** The media node's process: it starts, serves servers, and goes when it is told to or its parent is gone. */
import { ConfigError } from '@peerlearn/contract/settings'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from './config.ts'
import { makeLog } from './log.ts'
import { startNode } from './node.ts'

function readConfig() {
  try {
    return parseConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

const config = readConfig()
const log = makeLog(config.LOG_LEVEL)

const node = await startNode(config, log).catch((error: unknown) => {
  log.fatal({ err: error }, 'the media node does not start')
  console.error(`The media node does not start. ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
log.info({ port: node.port, workers: config.SFU_WORKERS }, 'the media node is ready')

let stopping = false
const end = async () => {
  if (stopping) process.exit(0)
  stopping = true
  await node.close()
  process.exit(0)
}

let draining = false
/** People are moved to other nodes first, as far as there are any; who is told twice goes at once. */
const drainThenEnd = async () => {
  if (draining) return await end()
  draining = true
  node.drain(true, config.SFU_DRAIN_SECONDS)
  const until = performance.now() + config.SFU_DRAIN_SECONDS * 1_000
  while (node.rooms.peers > 0 && performance.now() < until) await sleep(100)
  log.info({ peersLeft: node.rooms.peers }, 'the media node goes')
  await end()
}
process.on('SIGTERM', () => void drainThenEnd())
process.on('SIGINT', () => void end())
// a parent that is gone: its IPC channel says so
process.on('disconnect', () => process.exit(0))
