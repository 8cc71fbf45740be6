/**
 * The audio level that a browser wrote into an RTP packet's header extensions.
 * @see https://www.rfc-editor.org/rfc/rfc6464 and, for the two forms of extensions, rfc8285
 */

/** dBov, -127 … 0; undefined when the packet does not say. `id` is the extension's, as negotiated. */
export function levelOf(packet: Buffer, id: number): number | undefined {
  const extensions = extensionsOf(packet)
  if (!extensions) return undefined
  const { isTwoByte, data } = extensions
  for (let at = 0; at < data.length;) {
    const first = data[at] ?? 0
    if (first === 0) {
      at += 1
      continue
    }
    const found = isTwoByte ? first : first >> 4
    const length = isTwoByte ? (data[at + 1] ?? 0) : (first & 0x0f) + 1
    const value = at + (isTwoByte ? 2 : 1)
    if (found === id) return length > 0 && value < data.length ? -((data[value] ?? 0) & 0x7f) : undefined
    at = value + length
  }
  return undefined
}

function extensionsOf(packet: Buffer): { isTwoByte: boolean; data: Buffer } | undefined {
  if (packet.length < 12 || ((packet[0] ?? 0) & 0x10) === 0) return undefined
  const start = 12 + 4 * ((packet[0] ?? 0) & 0x0f)
  if (packet.length < start + 4) return undefined
  const profile = packet.readUInt16BE(start)
  const isTwoByte = (profile & 0xfff0) === 0x1000
  if (!isTwoByte && profile !== 0xbede) return undefined
  const end = start + 4 + 4 * packet.readUInt16BE(start + 2)
  return end > packet.length ? undefined : { isTwoByte, data: packet.subarray(start + 4, end) }
}
