import { describe, expect, test } from 'vitest'
import { machineAddresses, renderTurnConfig } from './turn.ts'

const settings = { TURN_SECRET: 'abc123', TURN_ALLOWED_PEERS: '192.168.1.5,2001:db8::5' }
const lines = (more: Record<`TURN_${string}`, string> = {}) =>
  renderTurnConfig({ ...settings, ...more }).split('\n')

describe('coturn’s configuration', () => {
  test('relays to the media nodes and to nobody else', () => {
    const rendered = lines()
    expect(rendered.filter((line) => line.startsWith('allowed-peer-ip'))).toEqual([
      'allowed-peer-ip=192.168.1.5',
      'allowed-peer-ip=2001:db8::5',
    ])
    for (const range of [
      '0.0.0.0-255.255.255.255',
      '127.0.0.0-127.255.255.255',
      '169.254.0.0-169.254.255.255',
      '::1',
      'fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ])
      expect(rendered).toContain(`denied-peer-ip=${range}`)
    expect(rendered).toEqual(expect.arrayContaining(['no-tcp-relay', 'no-multicast-peers', 'no-cli']))
  })

  test('takes only credentials made from the secret', () => {
    expect(lines()).toEqual(expect.arrayContaining(['use-auth-secret', 'static-auth-secret=abc123']))
  })

  test('leaves no placeholder', () => {
    expect(lines().filter((line) => line.includes('@'))).toEqual([])
  })

  test('speaks TLS with a certificate alone', () => {
    expect(lines()).toContain('no-tls')
    const secured = lines({ TURN_TLS_CERT: '/certs/a.pem', TURN_TLS_KEY: '/certs/a.key' })
    expect(secured).not.toContain('no-tls')
    expect(secured).toEqual(
      expect.arrayContaining(['cert=/certs/a.pem', 'pkey=/certs/a.key', 'tls-listening-port=5349']),
    )
  })

  test.each([
    ['TURN_SECRET', ''],
    ['TURN_SECRET', 'a\nno-auth'],
    ['TURN_ALLOWED_PEERS', ''],
    ['TURN_ALLOWED_PEERS', '10.0.0.1\nno-auth'],
    ['TURN_REALM', 'a b'],
    ['TURN_EXTERNAL_IP', '1.2.3.4\nno-auth'],
  ] as const)('refuses %s=%j by name', (name, value) => {
    expect(() => lines({ [name]: value })).toThrow(name)
  })
})

test('the addresses that others can reach leave out loopback and link-local ones', () => {
  const address = (family: 'IPv4' | 'IPv6', address: string, internal = false) =>
    ({ family, address, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as const
  const found = machineAddresses({
    lo: [address('IPv4', '127.0.0.1', true)],
    eth0: [address('IPv4', '10.0.0.7'), address('IPv6', 'fe80::1'), address('IPv6', '2001:db8::7')],
  })
  expect(found).toEqual(['10.0.0.7', '2001:db8::7'])
})
