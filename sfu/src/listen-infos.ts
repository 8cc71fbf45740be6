/** Where a worker listens, and the addresses that browsers are told. */
import { networkInterfaces } from 'node:os'
import type { types } from 'mediasoup'

/** Bytes: a key frame for a full room is a burst, and so are many at once in a pipe. The kernel caps them at its own limit. */
export const socketBuffers = { sendBufferSize: 2 * 1024 * 1024, recvBufferSize: 2 * 1024 * 1024 }

/**
 * One UDP and one TCP socket on the port: on every address of the machine and announced as the given one, or without
 * that on each IPv4 address by itself, so that a browser on this machine or its network finds one that it can reach.
 */
export function listenInfos(port: number, announcedAddress?: string): types.TransportListenInfo[] {
  const places = announcedAddress
    ? [{ ip: '0.0.0.0', announcedAddress }]
    : localAddresses().map((ip) => ({ ip }))
  const protocols = ['udp', 'tcp'] as const
  return protocols.flatMap((protocol) =>
    places.map((place) => ({
      ...place,
      protocol,
      port,
      ...socketBuffers,
    })),
  )
}

function localAddresses(): string[] {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4')
    .map((address) => address.address)
  return [...new Set([...found, '127.0.0.1'])]
}
