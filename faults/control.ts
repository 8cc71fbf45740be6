/** A control channel to a running product's media node, as its server has one: for tests that speak past the server. */
import { readFileSync } from 'node:fs'
import { ServerEnd } from '../sfu/test/server-end.ts'
import type { Product } from '../client/e2e/product.ts'

export const openControl = (product: Product): Promise<ServerEnd> =>
  ServerEnd.open(controlPort(product), setting(product, 'SFU_SECRET'))

/** Where the launcher's node listens for servers and other nodes. */
export const controlPort = (product: Product): number =>
  Number(setting(product, 'SFU_LISTEN').split(':').at(-1))

function setting(product: Product, name: string): string {
  const [sfu] = product.pids('sfu/src/main.ts')
  const environment = readFileSync(`/proc/${sfu}/environ`, 'utf8').split('\0')
  return environment.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}
