import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { Refusal } from './refusal.mjs'
import { run, tail } from './run.mjs'
import { step } from './steps.mjs'

/** What the tests need of the system: a program and the Debian package that brings it. */
const NEEDED = [
  { program: 'chromium', package: 'chromium' },
  { program: 'turnserver', package: 'coturn' },
  { program: 'ip', package: 'iproute2' },
  { program: 'nft', package: 'nftables' },
  { program: 'conntrack', package: 'conntrack' },
  { program: 'redis-server', package: 'redis-server' },
  { program: 'openssl', package: 'openssl' },
]
const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin', '/usr/local/sbin']
const POLICY = '/usr/sbin/policy-rc.d'

/** Installs what is missing where that is possible; otherwise says by name what is and which tests will fail. */
export async function installSystemPackages() {
  const missing = NEEDED.filter(
    ({ program }) => !FOLDERS.some((folder) => existsSync(`${folder}/${program}`)),
  )
  if (missing.length === 0) return
  const names = missing.map((one) => one.package)
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'))
    await step(`Installing ${names.join(', ')}`, () => withoutStartingServices(() => install(names)))
  else
    console.log(
      `Missing on this machine, and only root may install it: ${names.join(', ')}. The tests that need it will fail.`,
    )
}

async function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], { env })
  await apt('update')
  const { code, output } = await apt('install', '-y', '--no-install-recommends', ...names)
  if (code !== 0) throw new Refusal(`apt-get could not install ${names.join(', ')}:\n${tail(output)}`)
}

/** coturn's and Redis's packages start their services; this machine asked for tests, not for servers. */
async function withoutStartingServices(work) {
  const ours = !existsSync(POLICY)
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    if (ours) rmSync(POLICY, { force: true })
  }
}
