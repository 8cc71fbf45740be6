/** What a load test is told on its command line and in its environment. Whatever is wrong is said in words. */
import { parseArgs } from 'node:util'
import type { Account } from './accounts.ts'

export const usage = `npm run loadtest -- [options]
  --rooms R --people N --publish P --seconds S   R rooms of N people, of whom P send camera and microphone
  --via turn         everybody through TURN           --churn C      C people a second leave and come back
  --screen           the mentor shares a screen, too  --tiles T      pictures on everybody's screen (9)
  --join-over S      a room's people come within S s  --decrypt N    one in N really decrypts (10); 0: nobody
  --json FILE        the figures as JSON
  --url URL          a deployment, instead of a trial of its own; accounts are registered there, which takes an
                     admin who approves the mentors: --admin EMAIL with LOADTEST_ADMIN_PASSWORD and, for the key
                     of the authenticator app, LOADTEST_ADMIN_TOTP. --mentor EMAIL with LOADTEST_MENTOR_PASSWORD
                     is a mentor who is there already. New accounts prove their addresses at the trial desk, which
                     a trial without https has. Processes of every PeerLearn on this machine are counted.
                     Outside loopback and test networks: --yes --really`

const options = {
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
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @throws with what is wrong */
export function readArguments(args: string[], env: NodeJS.ProcessEnv) {
  const values = parsed(args)
  if (values.help) return 'help'
  if (!['udp', 'turn'].includes(values.via)) throw new Error('--via is udp or turn')
  const number = (name: Numbers, least = 0): number => {
    const value = Number(values[name])
    if (Number.isFinite(value) && value >= least) return value
    throw new Error(`--${name} must be a number, at least ${least}`)
  }
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
  const { url, yes, really, json } = values
  const mentor = account('mentor', values.mentor, env['LOADTEST_MENTOR_PASSWORD'])
  const known = account('admin', values.admin, env['LOADTEST_ADMIN_PASSWORD'])
  const totp = env['LOADTEST_ADMIN_TOTP']
  return { wish, url, yes, really, json, mentor, admin: known && { ...known, ...(totp && { totp }) } }
}

type Numbers = 'rooms' | 'people' | 'publish' | 'seconds' | 'churn' | 'tiles' | 'join-over' | 'decrypt'

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    if (error instanceof Error) error.message += `\n\n${usage}`
    throw error
  }
}

function account(who: string, email: string | undefined, password: string | undefined): Account | undefined {
  if (email && !password) throw new Error(`--${who} needs LOADTEST_${who.toUpperCase()}_PASSWORD`)
  return email && password ? { email, password } : undefined
}
