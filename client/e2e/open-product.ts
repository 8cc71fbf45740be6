/** The product for one test file, and a browser to open it in. Both are closed after the file's tests. */
import type { Browser } from 'playwright-core'
import { afterAll } from 'vitest'
import { launchBrowser } from './person.ts'
import { startProduct, type Product } from './product.ts'

const closes: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closes) await close()
})

/** @param env settings beside the usual ones */
export async function openProduct(
  env: Record<string, string> = {},
): Promise<{ product: Product; browser: Browser }> {
  const [product, browser] = await Promise.all([startProduct({ env }), launchBrowser()])
  closes.push(() => browser.close(), product.stop)
  return { product, browser }
}
