/** `npm run loadtest`: classes of light participants on this product, and what it cost. `--help` says what it takes. */
import { writeFileSync } from 'node:fs'
import { SignedIn } from './accounts.ts'
import { readArguments, usage } from './arguments.ts'
import { report } from './report.ts'
import { runLoad } from './run.ts'
import { namedTarget, ownTarget } from './target.ts'

const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => stopping.abort(new Error('stopped; everything is cleaned up')))

let line = ''
/** Progress on one line of a terminal; elsewhere each kind once. */
function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
  else if (text.split(':')[0] !== line.split(':')[0]) console.error(text)
  line = text
}

async function main(): Promise<number> {
  const asked = readArguments(process.argv.slice(2), process.env)
  if (asked === 'help') {
    console.log(usage)
    return 0
  }
  const { wish, url, mentor, json } = asked
  const target = url ? await namedTarget(url, asked) : await ownTarget()
  try {
    const teaching = mentor && { mentor: new SignedIn(target.url, mentor) }
    const result = await runLoad(target, { ...wish, ...teaching }, { signal: stopping.signal, tell })
    tell('')
    console.log(report(wish, result))
    if (json) writeFileSync(json, `${JSON.stringify({ ...wish, ...result }, null, 2)}\n`)
    return result.silent > 0 ? 1 : 0
  } finally {
    await target.stop()
  }
}

process.exitCode = await main().catch((error: unknown) => {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  console.error(`\n${message}${cause instanceof Error ? `: ${cause.message || cause.name}` : ''}`)
  return stopping.signal.aborted ? 130 : 1
})
process.exit()
