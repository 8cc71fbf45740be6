/**
 * `npm run loadtest`: classes of light participants on this product, and what it cost.
 *   --rooms R --people N --publish P --seconds S   R rooms of N people, of whom P send camera and microphone
 *   --via turn         everybody through TURN           --churn C      C people a second leave and come back
 *   --screen           the mentor shares a screen, too  --tiles T      pictures on everybody's screen (9)
 *   --join-over S      a room's people come within S s  --decrypt N    one in N really decrypts (10); 0: nobody
 *   --json FILE        the figures as JSON
 *   --url URL          a deployment, instead of a trial of its own; accounts are registered there.
 *                      --mentor EMAIL and --admin EMAIL with LOADTEST_MENTOR_PASSWORD and LOADTEST_ADMIN_PASSWORD
 *                      use accounts that are there; the admin's authenticator key is LOADTEST_ADMIN_TOTP. New accounts
 *                      prove their addresses at the trial desk, which a trial without https has. Outside loopback and
 *                      test networks: --yes --really
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { SignedIn } from './accounts.ts'
import { report } from './report.ts'
import { runLoad } from './run.ts'
import { namedTarget, ownTarget } from './target.ts'

const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '1' },
    people: { type: 'string', default: '10' },
    publish: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '30' },
    via: { type: 'string', default: 'udp' },
    churn: { type: 'string', default: '0' },
    tiles: { type: 'string', default: '9' },
    'join-over': { type: 'string', default: '0' },
    decrypt: { type: 'string', default: '10' },
    screen: { type: 'boolean', default: false },
    url: { type: 'string' },
    mentor: { type: 'string' },
    admin: { type: 'string' },
    yes: { type: 'boolean', default: false },
    really: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})

function number(
  name: 'rooms' | 'people' | 'publish' | 'seconds' | 'churn' | 'tiles' | 'join-over' | 'decrypt',
  least = 0,
) {
  const value = Number(values[name])
  if (Number.isFinite(value) && value >= least) return value
  console.error(`--${name} must be a number, at least ${least}`)
  process.exit(1)
}

if (!['udp', 'turn'].includes(values.via)) {
  console.error('--via is udp or turn')
  process.exit(1)
}

const account = (email: string | undefined, password: string | undefined) =>
  email && password ? { email, password } : undefined
const { LOADTEST_MENTOR_PASSWORD, LOADTEST_ADMIN_PASSWORD, LOADTEST_ADMIN_TOTP: totp } = process.env

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
  const wish = {
    rooms: number('rooms', 1),
    people: number('people', 2),
    publish: number('publish'),
    seconds: number('seconds', 1),
    churn: number('churn'),
    tiles: number('tiles'),
    joinOverMs: number('join-over') * 1000,
    decryptOneIn: number('decrypt'),
    turn: values.via === 'turn',
    screen: values.screen,
  }
  const known = account(values.admin, LOADTEST_ADMIN_PASSWORD)
  const admin = known && { ...known, ...(totp && { totp }) }
  const target = values.url ? await namedTarget(values.url, { ...values, admin }) : await ownTarget()
  try {
    const mentor = account(values.mentor, LOADTEST_MENTOR_PASSWORD)
    const teaching = mentor && { mentor: new SignedIn(target.url, mentor) }
    const result = await runLoad(target, { ...wish, ...teaching }, { signal: stopping.signal, tell })
    tell('')
    console.log(report(wish, result))
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ ...wish, ...result }, null, 2)}\n`)
    return result.silent > 0 ? 1 : 0
  } finally {
    await target.stop()
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  return stopping.signal.aborted ? 130 : 1
})
process.exit()
