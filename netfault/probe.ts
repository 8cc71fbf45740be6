/**
 * Datagrams from host to host, for the test of the cable: `probe.ts listen PORT` prints a line of JSON a second
 * after the last one came; `probe.ts send ADDRESS PORT COUNT BYTES A_SECOND` sends. Both read the same clock.
 */
import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Arrived {
  packets: number
  twice: number
  overtook: number
  /** Milliseconds underway. */
  middle: number
  kbits: number
}

const clock = () => Number(process.hrtime.bigint()) / 1e6
const headers = 28 // IP and UDP

function listen(port: number): void {
  const [delays, seen, times]: [number[], Set<number>, number[]] = [[], new Set(), []]
  let [bytes, last, twice, overtook] = [0, -1, 0, 0]
  const report = () => {
    const seconds = (times.at(-1)! - times[0]!) / 1000
    const arrived: Arrived = {
      packets: seen.size,
      twice,
      overtook,
      middle: delays.toSorted((x, y) => x - y)[delays.length >> 1] ?? NaN,
      kbits: (bytes * 8) / 1000 / seconds,
    }
    console.log(JSON.stringify(arrived))
    process.exit()
  }
  let quiet: NodeJS.Timeout | undefined
  const socket = createSocket('udp4', (packet) => {
    const number = packet.readUInt32BE(0)
    if (seen.has(number)) twice++
    else if (number < last) overtook++
    seen.add(number)
    last = Math.max(last, number)
    delays.push(clock() - packet.readDoubleBE(4))
    times.push(clock())
    bytes += packet.length + headers
    clearTimeout(quiet)
    quiet = setTimeout(report, 1_000)
  })
  socket.bind(port, () => console.log('listening'))
}

async function send(address: string, port: number, count: number, bytes: number, aSecond: number) {
  const socket = createSocket('udp4')
  const began = clock()
  for (let n = 0; n < count; n++) {
    const due = began + (n * 1000) / aSecond
    if (due > clock() + 1) await sleep(due - clock())
    const packet = Buffer.alloc(bytes)
    packet.writeUInt32BE(n, 0)
    packet.writeDoubleBE(clock(), 4)
    socket.send(packet, port, address)
  }
  await sleep(200)
  socket.close()
}

const [what, ...words] = process.argv.slice(2)
if (what === 'listen') listen(Number(words[0]))
if (what === 'send')
  await send(words[0]!, ...(words.slice(1).map(Number) as [number, number, number, number]))
