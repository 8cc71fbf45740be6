/** The product in a network of its own with its mentors, and learners in another whose ways to it can be blocked. Needs root. */
import type { Browser } from 'playwright-core'
import { makeCertificate } from './certificate.ts'
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

/**
 * @param tag as of createNetwork
 * @param turnTls TURN speaks TLS, too, with a certificate that the learners' browser believes
 */
export async function startApart(tag: string, { turnTls = false } = {}): Promise<Apart> {
  const network = createNetwork(tag)
  const begun: (() => unknown)[] = []
  const close = async () => {
    for (const end of begun.toReversed()) await end()
    network.close()
  }
  const open = async (netns: string, secure: string, believed?: string) => {
    const browser = await launchBrowser({ netns, secure, ...(believed && { believed }) })
    begun.push(() => browser.close())
    return browser
  }
  try {
    const certificate = turnTls ? makeCertificate(network.product.address) : undefined
    if (certificate) begun.push(certificate.remove)
    const env = certificate && { TURN_TLS_CERT: certificate.cert, TURN_TLS_KEY: certificate.key }
    const product = await startProduct({ netns: network.product, ...(env && { env }) })
    begun.push(product.stop)
    const mentors = await open(network.product.name, product.url)
    const learners = await open(network.browser.name, product.url, certificate?.hash)
    return { product, mentors, learners, block: network.block, close }
  } catch (error) {
    await close()
    throw error
  }
}
