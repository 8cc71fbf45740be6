import { readFileSync } from 'node:fs'

/** A process by its number and the time of its start, which together are never used again; undefined when it is gone. */
export function identify(pid) {
  const stat = readStat(pid)
  if (stat) return stat.state === 'Z' ? undefined : `${pid}@${stat.started}`
  if (process.platform === 'linux') return undefined
  try {
    process.kill(pid, 0)
    return String(pid)
  } catch {
    return undefined
  }
}

/** True while the process that identify() named still goes. */
export function isRunning(identity) {
  return identity !== undefined && identify(Number.parseInt(identity, 10)) === identity
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/**
 * Calls `stop` with an exit code when this program is asked to end: by a signal, or because a process between it and
 * the npm that started it has died (a killed npm passes nothing on, and its children would run for ever).
 */
export function onStopRequest(stop) {
  for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => stop(code))
  // A terminal that went away is no reason to die in the middle of stopping.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  const watched = ancestors()
  const timer = setInterval(() => {
    if (watched.every(isRunning)) return
    clearInterval(timer)
    stop(1)
  }, 300)
  timer.unref()
}

function ancestors() {
  if (!process.env.npm_lifecycle_event) return []
  const found = []
  for (let pid = process.ppid; pid > 1 && found.length < 4; pid = readStat(pid)?.parent ?? 0) {
    found.push(identify(pid))
    if (readTitle(pid).startsWith('npm')) return found
  }
  return []
}

function readTitle(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** proc_pid_stat(5): the second field is the name in brackets and may itself hold spaces and brackets. */
function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], parent: Number(fields[1]), started: fields[19] }
  } catch {
    return undefined
  }
}
