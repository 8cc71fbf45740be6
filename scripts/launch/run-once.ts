import { spawn } from 'node:child_process'
import type { Guardian } from './guardian.ts'

/** Runs a program to its end, as another account if one is given, in the guardian's care. Resolves for any exit code. */
export function runOnce(
  command: string,
  args: string[],
  options: {
    account?: { uid: number; gid: number } | undefined
    guardian: Guardian
    env?: NodeJS.ProcessEnv
  },
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const { account, guardian, env } = options
    const child = spawn(command, args, {
      ...account,
      env,
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    if (child.pid) guardian.watch(child.pid, 'TERM')
    let output = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (output += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      if (child.pid) guardian.forget(child.pid)
      resolve({ code: code ?? 1, output })
    })
  })
}
