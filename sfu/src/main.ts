/** The media node's process: it starts, serves servers, and goes when it is told to or its parent is gone. */
import { ConfigError, parseConfig } from './config.ts'
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
const stop = async () => {
  if (stopping) process.exit(0)
  stopping = true
  await node.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
// a parent that is gone: its IPC channel says so
process.on('disconnect', () => process.exit(0))
