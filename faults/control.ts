/** A control channel to a running product's media node, as its server has one: for tests that speak past the server. */
import { readFileSync } from 'node:fs'
import { ServerEnd } from '../sfu/test/server-end.ts'
import type { Product } from '../client/e2e/product.ts'

export async function openControl(product: Product): Promise<ServerEnd> {
  const [sfu] = product.pids('sfu/src/main.ts')
  const environment = readFileSync(`/proc/${sfu}/environ`, 'utf8').split('\0')
  const setting = (name: string) =>
    environment.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1)
  return ServerEnd.open(Number(setting('SFU_LISTEN')?.split(':').at(-1)), setting('SFU_SECRET') ?? '')
}
