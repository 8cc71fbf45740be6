import { ConfigError } from '@peerlearn/contract/settings'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'

const secret = '5f1d2c7be09a4e6390dd13b6a2f0c48e'

function problemsOf(env: Record<string, string>): string[] {
  try {
    parseConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('the settings of a media node', () => {
  it('need nothing but the secret on one machine', () => {
    expect(parseConfig({ SFU_SECRET: secret })).toMatchObject({
      SFU_LISTEN: { host: '127.0.0.1', port: 4000 },
      RTC_MIN_PORT: 40000,
    })
  })

  it('are all judged at once, each with its reason and an example', () => {
    expect(problemsOf({ SFU_LISTEN: '4000', SFU_WORKERS: '0', RTC_MIN_PORT: '70000' })).toEqual([
      expect.stringMatching(/^SFU_LISTEN: .+ \(for example 127\.0\.0\.1:4000\)$/),
      expect.stringMatching(/^SFU_SECRET: is missing \(for example .+\)$/),
      expect.stringMatching(/^SFU_WORKERS: .+ \(for example 4\)$/),
      expect.stringMatching(/^RTC_MIN_PORT: .+ \(for example 40000\)$/),
    ])
  })

  it('need a strong secret and a public address in production', () => {
    const production = { NODE_ENV: 'production', MEDIASOUP_ANNOUNCED_ADDRESS: '203.0.113.7' }
    expect(problemsOf({ ...production, SFU_SECRET: secret })).toEqual([])
    expect(problemsOf({ ...production, SFU_SECRET: secret.slice(0, 20) })).toHaveLength(1)
    expect(problemsOf({ ...production, SFU_SECRET: `changeme${secret}` })).toHaveLength(1)
    expect(problemsOf({ NODE_ENV: 'production', SFU_SECRET: secret })).toHaveLength(1)
  })

  it('put the pipes to other nodes beside the workers, at the address that is announced', () => {
    const { pipes } = parseConfig({ SFU_SECRET: secret, MEDIASOUP_ANNOUNCED_ADDRESS: '203.0.113.7' })
    expect(pipes).toEqual({ address: '203.0.113.7', ports: { min: 41000, max: 41999 } })
    expect(parseConfig({ SFU_SECRET: secret, RTC_MIN_PORT: '65000' }).pipes).toEqual({
      address: '127.0.0.1',
      ports: { min: 63000, max: 63999 },
    })
    expect(problemsOf({ SFU_SECRET: secret, SFU_PIPE_MIN_PORT: '40001', SFU_WORKERS: '4' })).toHaveLength(1)
    expect(problemsOf({ SFU_SECRET: secret, SFU_PIPE_ADDRESS: 'sfu.example.org' })).toHaveLength(1)
    expect(problemsOf({ SFU_SECRET: secret, SFU_URL: 'http://x', REDIS_URL: 'postgres://x' })).toHaveLength(2)
  })

  it('need as many ports as workers', () => {
    const ports = { RTC_MIN_PORT: '40000', RTC_MAX_PORT: '40001' }
    expect(problemsOf({ SFU_SECRET: secret, ...ports, SFU_WORKERS: '2' })).toEqual([])
    expect(problemsOf({ SFU_SECRET: secret, ...ports, SFU_WORKERS: '3' })).toHaveLength(1)
  })
})
