/** Two network namespaces joined by a cable: the product lives in one, a browser in the other. Needs root. */
import { execFileSync } from 'node:child_process'

export interface Network {
  product: { name: string; address: string }
  browser: { name: string; address: string }
  /** Drops all UDP of the browser's side (but to this port), and TCP to these ports; what was blocked before is open again. */
  block: (options: { udp: boolean; exceptUdpPort?: number; tcpPorts?: string }) => void
  close(): void
}

const run = (command: string, input?: string) =>
  execFileSync('sh', ['-c', command], { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString()

/** @param tag keeps two networks of one machine apart; at most 6 characters */
export function createNetwork(tag: string): Network {
  const product = { name: `pl-${tag}-a`, address: '10.213.7.1' }
  const browser = { name: `pl-${tag}-b`, address: '10.213.7.2' }
  const close = () => {
    for (const { name } of [product, browser]) run(`ip netns del ${name} 2>/dev/null || true`)
  }
  close()
  try {
    for (const { name } of [product, browser]) run(`ip netns add ${name} && ip -n ${name} link set lo up`)
    run(`ip link add vpl${tag}a netns ${product.name} type veth peer name vpl${tag}b netns ${browser.name}`)
    run(`ip -n ${product.name} addr add ${product.address}/24 dev vpl${tag}a`)
    run(`ip -n ${product.name} link set vpl${tag}a up`)
    run(`ip -n ${browser.name} addr add ${browser.address}/24 dev vpl${tag}b`)
    run(`ip -n ${browser.name} link set vpl${tag}b up`)
  } catch (error) {
    close()
    throw error
  }
  const block: Network['block'] = ({ udp, exceptUdpPort = 0, tcpPorts }) => {
    const rules = [
      ...(udp ? [`oifname "vpl${tag}b" udp dport != ${exceptUdpPort} drop`] : []),
      ...(tcpPorts ? [`oifname "vpl${tag}b" tcp dport ${tcpPorts} reject with tcp reset`] : []),
    ]
    const table = `table inet wall\ndelete table inet wall\ntable inet wall {\n chain out {\n type filter hook output priority 0; policy accept;\n ${rules.join('\n ')}\n }\n}\n`
    run(`ip netns exec ${browser.name} nft -f -`, table)
  }
  return { product, browser, block, close }
}
