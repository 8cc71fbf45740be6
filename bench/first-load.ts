/** What a first visit to the catalogue downloads, with gzip: everything that the page loads before it is usable. */
import { gzipSync } from 'node:zlib'
import { launchBrowser, newPerson } from '../client/e2e/person.ts'
import { startProduct } from '../client/e2e/product.ts'
import type { Figure } from './benchmark.ts'

const loaded = new Set(['document', 'script', 'stylesheet', 'font', 'image', 'manifest'])

export async function firstLoad(): Promise<Figure> {
  const product = await startProduct()
  const browser = await launchBrowser()
  try {
    const { page } = await newPerson(browser, product.url)
    const bodies: Promise<Buffer>[] = []
    page.on('response', (response) => {
      if (loaded.has(response.request().resourceType())) bodies.push(response.body())
    })
    await page.goto('/sessions', { waitUntil: 'networkidle' })
    const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0)
    const kB = Math.round(bytes / 100) / 10
    return { name: 'first load of the catalogue', value: kB, unit: 'kB gzip', goal: '≤ 200', ok: kB <= 200 }
  } finally {
    await browser.close()
    await product.stop()
  }
}
