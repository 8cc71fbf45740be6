import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { inProcessBus } from './bus.ts'
import { Presence } from './presence.ts'

/** Servers on one bus, and what they told of Asha. */
function servers(count: number) {
  const bus = inProcessBus((error) => {
    throw error
  })
  const told: string[] = []
  const onChange = (userId: string, online: boolean) => told.push(`${userId} ${online ? 'came' : 'went'}`)
  const all = Array.from({ length: count }, () => new Presence({ bus, onChange, graceMs: 20 }))
  onTestFinished(() => all.forEach((presence) => presence.close()))
  return { told, all, first: all[0]!, second: all[1]! }
}

const online = (presence: Presence) => presence.findOnline(['asha', 'ravi']).has('asha')

describe('somebody who is online', () => {
  test('is seen on every server, and on one that starts later', async () => {
    const { first, second } = servers(2)
    first.came('asha')
    expect(online(first)).toBe(true)
    await vi.waitFor(() => expect(online(second)).toBe(true))
    expect(second.findOnline(['ravi'])).toEqual(new Set())
  })

  test('is told once, however many servers they come to', async () => {
    const { told, first, second } = servers(2)
    first.came('asha')
    await vi.waitFor(() => expect(online(second)).toBe(true))
    second.came('asha')
    expect(told).toEqual(['asha came'])
    first.went('asha')
    second.went('asha')
    await vi.waitFor(() => expect(told).toContain('asha went'))
    expect(online(first)).toBe(false)
  })

  test('has not gone by reloading a page', async () => {
    const { told, first } = servers(1)
    first.came('asha')
    first.went('asha')
    first.came('asha')
    first.came('ravi')
    first.went('ravi')
    await vi.waitFor(() => expect(told).toContain('ravi went'))
    expect(told).not.toContain('asha went')
    expect(online(first)).toBe(true)
  })

  test('has gone with the server that stopped', async () => {
    const { first, second } = servers(2)
    first.came('asha')
    await vi.waitFor(() => expect(online(second)).toBe(true))
    first.close()
    await vi.waitFor(() => expect(online(second)).toBe(false))
  })
})
