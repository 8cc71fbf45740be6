/** A load test must never hit somebody by mistake. */
import { expect, it } from 'vitest'
import { isTestNetwork, namedTarget } from './target.ts'

const once = { yes: true, really: false }

it.each(['http://8.8.8.8', 'https://[2606:4700::1111]', 'http://172.32.0.1', 'http://100.64.0.1'])(
  'refuses %s, also when told once',
  async (url) => {
    await expect(namedTarget(url, { yes: false, really: false })).rejects.toThrow('--yes --really')
    await expect(namedTarget(url, once)).rejects.toThrow('--yes --really')
  },
)

it('goes elsewhere when told twice', async () => {
  await expect(namedTarget('http://8.8.8.8:3000', { yes: true, really: true })).resolves.toMatchObject({
    url: 'http://8.8.8.8:3000',
  })
})

it.each(['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.7.7', '192.0.2.2'])(
  'knows %s as a test network',
  (ip) => expect(isTestNetwork(ip, 4)).toBe(true),
)

it('takes a name for what it resolves to', async () => {
  await expect(namedTarget('http://localhost:3000', once)).resolves.toMatchObject({
    url: 'http://localhost:3000',
  })
})
