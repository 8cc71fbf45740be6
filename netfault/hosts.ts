/**
 * Two hosts of their own on this machine (network namespaces), with a cable between them that can be made bad while it
 * is in use: link.py. Nothing outside the two is touched. Needs root, /dev/net/tun, iproute2, nftables and Python.
 */
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What a cable can do to packets; what is left out stays as it was. See link.py. */
export type Fault = Partial<
  Record<'delay' | 'jitter' | 'loss' | 'burst' | 'dup' | 'reorder' | 'corrupt' | 'rate' | 'queue', number>
>
export const goodCable = { delay: 0, jitter: 0, loss: 0, burst: 0, dup: 0, reorder: 0, corrupt: 0, rate: 0 }

export interface Host {
  /** Of its namespace. */
  name: string
  address: string
}
type Counts = Record<'taken' | 'given' | 'lost' | 'overflowed', number>

/** a is where the product lives, b where people are: `ab` is what people download. */
export interface Hosts {
  a: Host
  b: Host
  fault(direction: 'ab' | 'ba' | 'both', fault: Fault): Promise<void>
  counts(): Promise<Record<'ab' | 'ba', Counts>>
  /** b's packets that its own firewall drops from now on, as nft conditions; none: no wall. */
  wall(...drops: string[]): void
  /** b goes to another network: it has another address, and what was sent to the old one is gone. */
  changeAddress(): void
  close(): Promise<void>
}

const prefix = 'plfault-'
const run = (command: string, input?: string) =>
  execFileSync('sh', ['-c', command], { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString()

/** Makes both and the cable. Those of tests that died without a word are removed before. */
export async function makeHosts(fault: Fault = {}): Promise<Hosts> {
  removeOrphans()
  const tag = `${prefix}${process.pid}-${Date.now().toString(36)}`
  const a = { name: `${tag}a`, address: '10.214.7.1' }
  const b = { name: `${tag}b`, address: '10.214.7.2' }
  const remove = () => [a, b].forEach(({ name }) => run(`ip netns del ${name} 2>/dev/null || true`))
  process.once('exit', remove)
  try {
    for (const { name } of [a, b]) run(`ip netns add ${name} && ip -n ${name} link set lo up`)
    const cable = await Cable.lay(`${a.name},cable,${a.address}/24`, `${b.name},cable,${b.address}/24`)
    const hosts: Hosts = {
      a,
      b,
      fault: async (direction, change) => {
        const words = Object.entries(change).map(([name, value]) => `${name}=${value}`)
        const answer = await cable.say(`${direction} ${words.join(' ')}`)
        if (answer !== 'ok') throw new Error(`the cable did not take it: ${answer}`)
      },
      // link.py's own words
      counts: async () => JSON.parse(await cable.say('stats')) as Record<'ab' | 'ba', Counts>,
      wall: (...drops) => wall(b.name, drops),
      changeAddress: () => changeAddress(b),
      close: async () => {
        await cable.close()
        remove()
        process.off('exit', remove)
      },
    }
    await hosts.fault('both', fault)
    return hosts
  } catch (error) {
    remove()
    throw new Error('this machine can not make hosts and cables (as root, with /dev/net/tun)', {
      cause: error,
    })
  }
}

function wall(namespace: string, drops: string[]): void {
  const inside = (text: string, input?: string) => run(`ip netns exec ${namespace} ${text}`, input)
  inside('nft delete table inet wall 2>/dev/null || true')
  if (drops.length === 0) return
  const rules = drops.map((condition) => `oifname "cable" ${condition}`).join('\n ')
  const chain = `chain out {\n type filter hook output priority 0; policy accept;\n ${rules}\n }`
  inside('nft -f -', `table inet wall {\n ${chain}\n}\n`)
}

function changeAddress(host: Host): void {
  const [network, last] = [host.address.slice(0, host.address.lastIndexOf('.')), host.address.split('.')[3]]
  const next = `${network}.${(Number(last) % 250) + 1}`
  run(`ip -n ${host.name} addr del ${host.address}/24 dev cable`)
  run(`ip -n ${host.name} addr add ${next}/24 dev cable`)
  host.address = next
}

function removeOrphans(): void {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : []
  for (const name of names.filter((n) => n.startsWith(prefix)))
    if (!existsSync(`/proc/${name.slice(prefix.length).split('-')[0]}`)) run(`ip netns del ${name}`)
}

/** link.py at work: says a line, hears a line. */
class Cable {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: ((line: string) => void)[] = []
  readonly #ended: Promise<void>
  #heard = ''
  #complaint = ''

  private constructor(...ends: [string, string]) {
    this.#child = spawn('/usr/bin/python3', [join(import.meta.dirname, 'link.py'), ...ends])
    this.#child.stdout.on('data', (data: Buffer) => this.#hear(data.toString()))
    this.#child.stderr.on('data', (data: Buffer) => (this.#complaint += data.toString()))
    this.#ended = new Promise((done) => this.#child.once('close', () => done()))
    this.#child.once('error', (error) => (this.#complaint = error.message))
    this.#child.stdin.on('error', () => undefined) // its end is told by `close`
  }

  static async lay(...ends: [string, string]): Promise<Cable> {
    const cable = new Cable(...ends)
    await cable.#next()
    return cable
  }

  say(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`)
    return this.#next()
  }

  async close(): Promise<void> {
    this.#child.stdin.end()
    await this.#ended
  }

  async #next(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>()
    this.#waiting.push(resolve)
    const gone = this.#ended.then(() => {
      throw new Error(`the cable is gone: ${this.#complaint}`)
    })
    return await Promise.race([promise, gone])
  }

  #hear(text: string): void {
    const lines = (this.#heard + text).split('\n')
    this.#heard = lines.pop() ?? ''
    for (const line of lines) this.#waiting.shift()?.(line)
  }
}
