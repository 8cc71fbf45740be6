/** A load test's figures as lines for the terminal. */
import { loadavg } from 'node:os'
import type { LoadResult, LoadWish } from './run.ts'

const unknown = 'not known (no admin account)'
const MB = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
const ms = (value: number | null) => (value === null ? '–' : `${Math.round(value)} ms`)
const percent = (share: number) => `${(share * 100).toFixed(share < 0.001 ? 4 : 1)} %`

export function report(
  wish: Pick<LoadWish, 'rooms' | 'people' | 'publish' | 'seconds' | 'turn'>,
  r: LoadResult,
): string {
  const { rooms, people, publish, seconds, turn } = wish
  const lines: [string, string][] = [
    [
      '',
      `${rooms} × ${people} people, ${publish} sending, ${seconds} s, ${turn ? 'through TURN' : 'over UDP'}`,
    ],
    ['join, click to first packet', `p50 ${ms(r.joinP50Ms)}, p95 ${ms(r.joinP95Ms)} of ${r.joins} joins`],
    ...churned(r),
    ['who got nothing', String(r.silent)],
    ['packets', `${r.packets}, lost ${r.packetsLost} (${percent(r.packetsLost / Math.max(1, r.packets))})`],
    ['freezes over 500 ms', `${r.freezes}, ${(r.frozenMs / 1000).toFixed(1)} s of all pictures together`],
    [
      'downlink a person',
      `mean ${r.downlinkKbits.mean} kbit/s, p95 ${Math.round(r.downlinkKbits.p95)} kbit/s`,
    ],
    ['consumers made', `${r.consumersMade}; at the end ${r.consumers ?? unknown}`],
    [
      'pipes',
      `${r.pipes ?? unknown}${r.nodes === null ? '' : `, on ${r.nodes} nodes with ${r.workers} workers`}`,
    ],
    ...r.processes.map(({ name, cpu, memoryBytes }): [string, string] => [
      name,
      `${percent(cpu)} of a core, ${MB(memoryBytes)}`,
    ]),
    ['this load test itself', `${percent(r.ownCpu)} of a core, late by ${r.ownDelayMs} ms at most`],
    [
      'load of the machine',
      loadavg()
        .map((load) => load.toFixed(1))
        .join(' '),
    ],
  ]
  const told = lines.map(([name, value]) => (name ? `  ${name.padEnd(30)} ${value}` : value))
  const troubles = [...new Set(r.troubles)].slice(0, 5).map((text) => `  trouble on the way: ${text}`)
  return [...told, ...troubles].join('\n')
}

/** What was reached of the churn that was asked for; nothing where none was. */
function churned({ churned: done, churnDue: due }: LoadResult): [string, string][] {
  if (due === 0) return []
  return [['left and came back', done < due ? `${done}, fewer than the ${due} asked for` : String(done)]]
}
