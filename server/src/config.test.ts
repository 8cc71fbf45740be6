import { ConfigError } from '@peerlearn/contract/settings'
import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const random = (seed: string) => seed.repeat(16).slice(0, 32)
const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://learn.example.org',
  DATABASE_URL: 'postgres://db/peerlearn',
  AUTH_SECRET: random('a1B'),
  SFU_SECRET: random('c2D'),
  SFU_URLS: 'ws://sfu-1:4000, ws://sfu-2:4000',
  TURN_SECRET: random('e3F'),
  RAZORPAY_KEY_ID: 'rzp_live_1',
  RAZORPAY_KEY_SECRET: random('g4H'),
  RAZORPAY_WEBHOOK_SECRET: random('i5J'),
  SMTP_URL: 'smtp://mail.example.org',
  MAIL_FROM: 'PeerLearn <classes@learn.example.org>',
}

function problems(change: Record<string, string>): string[] {
  try {
    parseConfig({ ...production, ...change })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('production', () => {
  test('starts with strong settings', () => {
    expect(problems({})).toEqual([])
    expect(parseConfig(production).SFU_URLS).toEqual(['ws://sfu-1:4000', 'ws://sfu-2:4000'])
  })

  test.each([
    ['a secret that is short', { AUTH_SECRET: 'k3J9x0Lq2Vb7Nn51' }, 'AUTH_SECRET'],
    ['a secret that looks like a default', { TURN_SECRET: `changeme-${random('x')}` }, 'TURN_SECRET'],
    ['one secret for two purposes', { SFU_SECRET: production.AUTH_SECRET }, 'SFU_SECRET'],
    ['a previous secret that is weak', { AUTH_SECRET_PREVIOUS: 'k3J9x0Lq2Vb7Nn51' }, 'AUTH_SECRET_PREVIOUS'],
    ['an address without https', { PUBLIC_URL: 'http://learn.example.org' }, 'PUBLIC_URL'],
    ['the payment sandbox', { RAZORPAY_API_URL: 'http://127.0.0.1:4100' }, 'RAZORPAY_API_URL'],
    ['the sandbox’s key', { RAZORPAY_KEY_ID: 'rzp_sandbox_trial' }, 'RAZORPAY_KEY_ID'],
    ['no mail server', { SMTP_URL: '' }, 'SMTP_URL'],
    ['a mail server that is none', { SMTP_URL: 'https://mail.example.org' }, 'SMTP_URL'],
    ['mails from nobody', { MAIL_FROM: '' }, 'MAIL_FROM'],
    ['a sender with a second line', { MAIL_FROM: 'a@b.c\r\nBcc: d@e.f' }, 'MAIL_FROM'],
    ['half a pair of push keys', { VAPID_PUBLIC_KEY: 'B'.repeat(87) }, 'VAPID_PRIVATE_KEY'],
  ])('refuses %s, naming it', (_what, change, name) => {
    expect(problems(change)).toEqual([expect.stringMatching(new RegExp(`^${name}: `))])
  })
})

test('names everything that is missing or wrong at once', () => {
  const found = problems({ PORT: 'http', DATABASE_URL: '', SFU_SECRET: '', TRUST_PROXY: 'true' })
  const names = found.map((problem) => problem.split(':')[0])
  expect(names.toSorted()).toEqual(['DATABASE_URL', 'PORT', 'SFU_SECRET', 'TRUST_PROXY'])
  expect(found).toContain('DATABASE_URL: is missing')
})

test('tells no secret’s value', () => {
  expect(problems({ AUTH_SECRET: 'changeme-hunter2' }).join()).not.toContain('hunter2')
})

test('metrics are served nowhere unless an address is named', () => {
  expect(parseConfig(production).METRICS_LISTEN).toBeUndefined()
  const named = parseConfig({ ...production, METRICS_LISTEN: '[::1]:9464' })
  expect(named.METRICS_LISTEN).toEqual({ host: '::1', port: 9464 })
  expect(problems({ METRICS_LISTEN: '9464' })).toEqual([expect.stringContaining('METRICS_LISTEN')])
  expect(problems({ METRICS_LISTEN: '127.0.0.1:99999' })).toHaveLength(1)
})
