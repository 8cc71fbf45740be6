/** docker-compose.yml is not run by the tests; what it must keep to is held here. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT } from './setup/run.mjs'

const service = z.object({
  image: z.string(),
  user: z.string(),
  command: z.array(z.string()).optional(),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
})
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
const document = z.record(z.string(), z.unknown()).parse(parse(text, { merge: true }))
const named = z.record(z.string(), z.unknown())
const { services, networks, volumes } = z
  .object({ services: z.record(z.string(), service), networks: named, volumes: named })
  .parse(document)
const entries = Object.entries(services)

/** Of the Compose specification, what this file uses. https://docs.docker.com/reference/compose-file/ */
const topKeys = ['name', 'services', 'networks', 'volumes']
const serviceKeys = [
  ...[
    'image',
    'build',
    'user',
    'entrypoint',
    'command',
    'environment',
    'env_file',
    'depends_on',
    'healthcheck',
    'restart',
    'init',
  ],
  ...[
    'stop_grace_period',
    'ports',
    'networks',
    'volumes',
    'tmpfs',
    'read_only',
    'cap_drop',
    'cap_add',
    'security_opt',
  ],
]

describe('docker-compose.yml', () => {
  test('runs Postgres, Redis, coturn, the server and the media node', () => {
    expect(Object.keys(services).sort()).toEqual(['coturn', 'migrate', 'postgres', 'redis', 'server', 'sfu'])
  })

  test('publishes the server, the media ports and TURN, and nothing else', () => {
    const published = Object.fromEntries(
      entries.filter(([, one]) => one.ports.length > 0).map(([name, one]) => [name, one.ports]),
    )
    expect(published).toEqual({
      server: ['${PORT:-3000}:3000'],
      sfu: ['40000-40003:40000-40003/udp', '40000-40003:40000-40003/tcp'],
      coturn: ['3478:3478/udp', '3478:3478/tcp', '5349:5349/tcp'],
    })
    expect(services['postgres']?.networks).toEqual(['inner'])
    expect(services['redis']?.networks).toEqual(['inner'])
  })

  test('gives the media node as many ports as workers', () => {
    const { SFU_WORKERS, RTC_MIN_PORT, RTC_MAX_PORT } = services['sfu']?.environment ?? {}
    expect(Number(RTC_MAX_PORT) - Number(RTC_MIN_PORT) + 1).toBe(Number(SFU_WORKERS))
  })

  test('leaves the media node the time that it takes to be emptied', () => {
    const { SFU_DRAIN_SECONDS } = services['sfu']?.environment ?? {}
    const grace = /stop_grace_period: (\d+)s/.exec(text)?.[1]
    expect(Number(grace)).toBeGreaterThan(Number(SFU_DRAIN_SECONDS))
  })

  test.each(entries)(
    '%s runs without root’s rights, from a pinned image, and its health is looked at',
    (name, one) => {
      expect(one.user).not.toMatch(/^(root|0)/)
      expect(one.read_only).toBe(true)
      expect(one.cap_drop).toEqual(['ALL'])
      if (one.image !== 'peerlearn') expect(one.image).toMatch(/:\d+\.\d+/)
      if (name !== 'migrate') expect(one.healthcheck?.test.length).toBeGreaterThan(1)
    },
  )

  test('pins a coturn whose peer checks have no known way around', () => {
    const [major, minor, patch] = (services['coturn']?.image.split(':')[1] ?? '').split('.').map(Number)
    expect([major, minor]).toEqual([4, 17])
    expect(patch).toBeGreaterThanOrEqual(1)
  })

  test('starts the same programs as npm start', () => {
    for (const one of entries
      .map(([, each]) => each)
      .filter(({ image, command }) => image === 'peerlearn' && command))
      expect(existsSync(join(ROOT, one.command?.[1] ?? ''))).toBe(true)
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    expect(dockerfile).toContain('CMD ["node", "server/src/main.ts"]')
    expect(dockerfile).toContain('USER node')
  })

  test('contains no secret, and asks for each by name', () => {
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8')
    for (const name of [
      'POSTGRES_PASSWORD',
      'AUTH_SECRET',
      'SFU_SECRET',
      'TURN_SECRET',
      'RAZORPAY_KEY_SECRET',
      'RAZORPAY_WEBHOOK_SECRET',
      'SMTP_URL',
    ]) {
      expect(text).toContain(`\${${name}:?`)
      expect(example).toMatch(new RegExp(`^${name}=$`, 'm'))
    }
  })

  test('passes on every setting that the server and the media node know', () => {
    /** Of the image itself; of a trial; and of machines with more nodes than one, which compose does not make. */
    const left = /^(NODE_ENV|CLIENT_DIR|MEDIASOUP_WORKER_BIN|RAZORPAY_API_URL|SFU_MAX_.*|SFU_PIPE_.*)$/
    for (const name of ['server', 'sfu']) {
      const config = readFileSync(join(ROOT, name, 'src/config.ts'), 'utf8')
      const known = [...config.matchAll(/^ {2}([A-Z][A-Z_]+): [a-z]/gm)].map(([, setting]) => setting ?? '')
      expect(known.length).toBeGreaterThan(10)
      const passed = Object.keys(services[name]?.environment ?? {})
      expect(passed).toEqual(expect.arrayContaining(known.filter((setting) => !left.test(setting))))
    }
  })

  test('names in its references only what it declares', () => {
    for (const [, one] of entries) {
      expect(Object.keys(networks)).toEqual(expect.arrayContaining(one.networks))
      expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(one.depends_on)))
      for (const mount of one.volumes.map((volume) => volume.split(':')[0] ?? ''))
        expect(mount.startsWith('./') ? existsSync(join(ROOT, mount)) : mount in volumes).toBe(true)
      for (const [other, { condition }] of Object.entries(one.depends_on))
        if (condition === 'service_healthy') expect(services[other]?.healthcheck).toBeDefined()
    }
  })

  // Only docker itself knows all of its schema; the tests above hold what matters where it is not installed.
  if (spawnSync('docker', ['compose', 'version']).status === 0)
    test('passes docker compose config', () => {
      const names = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '')
      const env = {
        ...process.env,
        ...Object.fromEntries(names.map((name) => [name, name === 'PORT' ? '3000' : 'x'])),
      }
      execFileSync('docker', ['compose', '-f', join(ROOT, 'docker-compose.yml'), 'config', '--quiet'], {
        env,
      })
    })
  else
    test('has only keys that docker compose knows (its own check is not installed here)', () => {
      const { services: raw } = z
        .object({ services: z.record(z.string(), z.looseObject({})) })
        .parse(document)
      for (const one of Object.values(raw))
        expect(serviceKeys).toEqual(expect.arrayContaining(Object.keys(one)))
      expect(topKeys).toEqual(
        expect.arrayContaining(Object.keys(document).filter((key) => !key.startsWith('x-'))),
      )
    })
})
