/**
 * `GET /api/sessions` over 100,000 sessions at 300 requests a second, asked as people ask: first pages, next pages, a
 * skill, a price, words. The whole product runs as `npm start` runs it, rate limits included: it is told that a proxy
 * stands before it (TRUST_PROXY=1), and the requests come from 4,000 addresses, as 300 a second would from real people.
 */
import { createDb } from '@peerlearn/server/db'
import { startProduct, type Product } from '../client/e2e/product.ts'
import type { Figure } from './benchmark.ts'
import { benchSkills, fillCatalogue, firstNames } from './catalogue-data.ts'
import { environmentOf } from './product-environment.ts'
import { percentile, steadyLoad } from './steady-load.ts'

const sessions = 100_000
const goal = 50

export async function catalogue(): Promise<Figure[]> {
  process.env['TRUST_PROXY'] = '1'
  const product = await startProduct()
  try {
    await fill(product)
    const paths = await mixedPaths(product.url)
    await load(product.url, paths, 5)
    const measured = await load(product.url, paths, 30)
    if (measured.failed > 0) throw new Error(`${measured.failed} requests failed`)
    const rate = Math.round(measured.rate)
    const p99 = percentile(measured, 0.99)
    return [
      { name: 'catalogue requests', value: rate, unit: '1/s', goal: '300', ok: rate >= 290 },
      { name: 'catalogue p99', value: p99, unit: 'ms', goal: `≤ ${goal}`, ok: p99 <= goal },
      { name: 'catalogue p50', value: percentile(measured, 0.5), unit: 'ms', goal: '(none)', ok: true },
    ]
  } finally {
    delete process.env['TRUST_PROXY']
    await product.stop()
  }
}

/** Straight into the database that the product's server uses. */
async function fill(product: Product): Promise<void> {
  const { DATABASE_URL: url } = environmentOf(product, 'server/src/main.ts')
  if (!url) throw new Error('the server runs without a DATABASE_URL')
  const db = createDb(url, 2)
  try {
    await fillCatalogue(db, sessions)
  } finally {
    await db.destroy()
  }
}

/** Of ten requests four are first pages, two go on from another page, the others filter. */
async function mixedPaths(url: string): Promise<string[]> {
  const cursors: string[] = []
  for (let cursor = ''; cursors.length < 20; cursors.push(cursor)) {
    const page = (await (await fetch(`${url}/api/sessions?limit=50${cursor}`)).json()) as {
      nextCursor: string
    } // our own answer
    cursor = `&cursor=${page.nextCursor}`
  }
  const of = <T>(values: T[], n: number) => values[n % values.length]!
  const month = (n: number) => new Date(Date.now() + n * 30 * 86_400_000).toISOString()
  const words = ['balance', 'python', 'chart', 'guitar', 'bicycle', 'part 3', 'electric']
  return Array.from({ length: 100 }, (_, n) => {
    const asked = [
      '',
      '',
      '',
      '?limit=12',
      `?limit=20${of(cursors, n)}`,
      `?limit=50${of(cursors, n * 7)}`,
      `?skill=${of(benchSkills, n)}`,
      `?maxPricePaise=${of([0, 20_000, 50_000], n)}&seatsLeft=1`,
      `?q=${encodeURIComponent(of([...words, ...firstNames], n))}`,
      `?from=${month(n % 11)}&skill=${of(benchSkills, n)}&maxPricePaise=0`,
    ]
    return `/api/sessions${of(asked, n + Math.floor(n / 10))}`
  })
}

function load(url: string, paths: string[], seconds: number) {
  let sent = 0
  const next = () => {
    const n = sent++
    return { path: paths[n % paths.length]!, address: `10.0.${Math.floor(n / 250) % 16}.${n % 250}` }
  }
  return steadyLoad(url, { rate: 300, seconds, next })
}
