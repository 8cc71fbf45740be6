/** Where a load test goes: a product of its own on this machine, or one that is named and may be loaded. */
import { lookup } from 'node:dns/promises'
import { BlockList } from 'node:net'
import { startProduct, type Product } from '../client/e2e/product.ts'
import type { Account } from './accounts.ts'
import { findProcesses } from './processes.ts'

export interface Target {
  url: string
  /** Who may see what the nodes say of themselves, if we know an admin. */
  admin: Account | undefined
  /** The product's processes, where they are on this machine. */
  processes: () => { pid: number; part: string }[]
  /** Does it believe X-Forwarded-For from us? */
  believed: boolean
  product?: Product
  stop: () => Promise<void>
}

/** A trial of its own: a free port, a data folder that is removed, everything on loopback. */
export async function ownTarget(env: Record<string, string> = {}): Promise<Target> {
  const product = await startProduct({ env: { TRUST_PROXY: '1', ...env } })
  const { url, demo, owns, stop } = product
  const processes = () => findProcesses(owns)
  return { url, admin: demo.admin, processes, believed: true, product, stop }
}

interface Allowed {
  yes: boolean
  really: boolean
  admin?: Account | undefined
}

/** Somebody's deployment. @throws unless it is loopback or a private test network, or the caller said twice that they may */
export async function namedTarget(address: string, { yes, really, admin }: Allowed): Promise<Target> {
  const { origin, hostname } = new URL(address)
  const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true })
  const outside = found.filter(({ address: ip, family }) => !isTestNetwork(ip, family))
  if (outside.length > 0 && !(yes && really))
    throw new Error(
      `${named(hostname, outside[0]!.address)} is no loopback address and in no private test network.\n` +
        'A load test is an attack on whoever did not ask for it. If this is yours to load, say so twice: --yes --really',
    )
  const local = found.every(({ address: ip }) => ip.startsWith('127.') || ip === '::1')
  const processes = () => (local ? findProcesses(() => true) : [])
  return { url: origin, admin, processes, believed: false, stop: () => Promise.resolve() }
}

const named = (hostname: string, ip: string) =>
  hostname.replace(/^\[|\]$/g, '') === ip ? ip : `${hostname} (${ip})`

const testNetworks = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  // Kept for documentation and for measuring: RFC 5737, RFC 2544.
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['198.18.0.0', 15],
] as const)
  testNetworks.addSubnet(network, bits, 'ipv4')
testNetworks.addAddress('::1', 'ipv6')
testNetworks.addSubnet('fc00::', 7, 'ipv6')
testNetworks.addSubnet('2001:db8::', 32, 'ipv6')

/** Loopback, private, or kept for tests. */
export const isTestNetwork = (ip: string, family: number): boolean =>
  testNetworks.check(ip, family === 6 ? 'ipv6' : 'ipv4')
