/** The product in a network of its own with its mentors, and learners in another whose ways to it can be blocked. Needs root. */
import type { Browser } from 'playwright-core'
import { createNetwork, type Network } from './network.ts'
import { launchBrowser } from './person.ts'
import { startProduct, type Product } from './product.ts'

export interface Apart {
  product: Product
  mentors: Browser
  learners: Browser
  block: Network['block']
  close: () => Promise<void>
}

/** @param tag as of createNetwork */
export async function startApart(tag: string): Promise<Apart> {
  const network = createNetwork(tag)
  const begun: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of begun.toReversed()) await end()
    network.close()
  }
  const open = async (netns: string, secure: string) => {
    const browser = await launchBrowser({ netns, secure })
    begun.push(() => browser.close())
    return browser
  }
  try {
    const product = await startProduct({ netns: network.product })
    begun.push(product.stop)
    const mentors = await open(network.product.name, product.url)
    const learners = await open(network.browser.name, product.url)
    return { product, mentors, learners, block: network.block, close }
  } catch (error) {
    await close()
    throw error
  }
}
