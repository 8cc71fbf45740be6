/** Requests to addresses that people give us must leave our network: none reaches a neighbour of this server. */
import { lookup as dnsLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** IANA's special-purpose registries: this host, private, shared, link-local, documentation, multicast, reserved. */
const blocked4 = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  blocked4.addSubnet(net, bits, 'ipv4')
/** Of its own: in one list the IPv6 net of mapped addresses would match every IPv4 address. */
const blocked6 = new BlockList()
for (const [net, bits] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const)
  blocked6.addSubnet(net, bits, 'ipv6')

/** Is this IP address one of the public internet? */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  return family === 6 ? !blocked6.check(address, 'ipv6') : !blocked4.check(address, 'ipv4')
}

/** https to a public address, as far as the address itself tells; a name is looked at again when it is resolved. */
export function isPublicHttps({ protocol, hostname, username, password }: URL): boolean {
  if (protocol !== 'https:' || username || password) return false
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host)) return isPublicAddress(host)
  return host.includes('.') && !/\.(?:localhost|local|internal|lan|home\.arpa)\.?$/i.test(host)
}

/** Resolves names to public addresses alone: what is checked is what is connected to. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, [])
    const [first] = found
    if (!first || !found.every(({ address }) => isPublicAddress(address)))
      return callback(new Error(`${hostname} is no public address`), [])
    if (options.all) callback(null, found)
    else callback(null, first.address, first.family)
  })
}
