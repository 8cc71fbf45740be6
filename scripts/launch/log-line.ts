const WARNING = 40
const ERROR = 50

/**
 * A line of a process's log as a person at the terminal wants it: warnings and errors of the JSON log in a few words,
 * anything else that is not JSON (a crash's stack) as it is, the rest not at all (undefined).
 */
export function shortForm(name: string, line: string): string | undefined {
  const entry = parse(line)
  if (entry === undefined) return line.trim() === '' ? undefined : `${name}: ${line}`
  const level = Number(entry['level'] ?? 0)
  if (level < WARNING) return undefined
  const kind = level >= ERROR ? 'error' : 'warning'
  return [`${name} ${kind}:`, entry['msg'], messageOf(entry['err'])].filter(Boolean).join(' ')
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    // An object literal's text parses to an object: keys are read one by one and each may be missing.
    return value as Record<string, unknown>
  } catch {
    return undefined
  }
}

function messageOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined
  return `(${String(error.message)})`
}
