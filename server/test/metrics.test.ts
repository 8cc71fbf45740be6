/** /metrics as Prometheus finds it, and the dashboard that comes with the product. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serveMetrics } from '../src/admin/metrics-server.ts'
import { createLog } from '../src/log.ts'
import { closeLater, eventually, startServer } from './harness.ts'
import { startFakeSfu } from './fake-sfu.ts'
import { nodeStats, workerStats } from './node-figures.ts'

async function scraped() {
  const server = await startServer()
  const sfu = await startFakeSfu(server.config.SFU_SECRET)
  closeLater(() => sfu.close())
  const other = await startServer({ env: { SFU_URLS: sfu.url } })
  const at = { host: '127.0.0.1', port: 0 }
  const metrics = await serveMetrics(other.app.metrics, at, createLog('silent'))
  closeLater(() => metrics.close())
  const read = async (path = '/metrics') => {
    const response = await fetch(`http://127.0.0.1:${metrics.port}${path}`)
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    }
  }
  return { sfu, other, read }
}

test('tells what the media nodes told, on its own port and not on the public one', async () => {
  const { sfu, other, read } = await scraped()
  await eventually(async () => {
    sfu.tell('node.stats', nodeStats({ workers: [workerStats({ pid: 42, cpu: 0.37, bitsOut: 5e6 })] }))
    const { status, type, text } = await read()
    expect([status, type]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)])
    expect(text).toContain('peerlearn_worker_cpu_share{node="fake",pid="42"} 0.37')
    expect(text).toContain('peerlearn_worker_send_bits_per_second{node="fake",pid="42"} 5000000')
    expect(text).toContain('peerlearn_node_up{node="fake"} 1')
  })
  // A rate is of what was there before: it begins at none.
  const { text } = await read()
  expect(text).toContain('peerlearn_recovery_seconds_count{step="ice",fault="network"} 0')
  expect((await read('/')).status).toBe(404)
  expect((await fetch(`${other.url}/metrics`)).status).toBe(404)
})

test('every metric that the dashboard asks for is there', async () => {
  const { read } = await scraped()
  const dashboard = readFileSync(join(import.meta.dirname, '../../docs/grafana.json'), 'utf8')
  const { panels } = JSON.parse(dashboard) as { panels: { title: string; targets: { expr: string }[] }[] }
  const asked = panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/peerlearn_\w+/g) ?? []),
  )
  expect(asked.length).toBeGreaterThan(20)
  const { text } = await read()
  const told = new Set(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  )
  expect(asked.filter((name) => !told.has(name))).toEqual([])
})
