/** Everybody who may call: what is known of each, how to make one, and what the policy table says of them. */
import type { Role } from '@peerlearn/contract/base'
import { policy, type PolicyName, type Rule } from '@peerlearn/contract/policy'
import { createPasses } from '../src/auth/suspended-pass.ts'
import type { Db } from '../src/db.ts'
import type { Person, TestServer } from './harness.ts'

interface Caller {
  /** none: no token is sent; dead: one that counts for nothing; pass: what a suspended person's sign-in gives. */
  token: 'none' | 'live' | 'dead' | 'pass'
  roles?: Role[]
  unverified?: true
  /** When this login proved a second factor; never, unless it says so. */
  secondFactor?: 'now' | 'an hour ago'
  /** Makes the token dead, or forges one. */
  spoil?: (db: Db, person: Person) => Promise<unknown>
}

const updateLogin = (change: object) => (db: Db, person: Person) =>
  db.updateTable('login').set(change).where('id', '=', person.loginId).execute()
const updateAccount = (change: object) => (db: Db, person: Person) =>
  db.updateTable('account').set(change).where('id', '=', person.userId).execute()
const everything: Role[] = ['mentor', 'admin', 'owner']
const past = new Date(Date.now() - 1_000)
const suspend = updateAccount({ suspended_at: past, suspended_because: 'a reason' })

export const callers = {
  anonymous: { token: 'none' },
  'an unverified learner': { token: 'live', unverified: true },
  'an unverified admin': { token: 'live', roles: ['admin'], unverified: true, secondFactor: 'now' },
  'a learner': { token: 'live' },
  'a mentor': { token: 'live', roles: ['mentor'] },
  'an admin without a second factor': { token: 'live', roles: ['admin'] },
  'an owner without a second factor': { token: 'live', roles: ['owner'] },
  'an admin with an old second factor': { token: 'live', roles: ['admin'], secondFactor: 'an hour ago' },
  'an admin': { token: 'live', roles: ['admin'], secondFactor: 'now' },
  'an owner': { token: 'live', roles: ['owner'], secondFactor: 'now' },
  // With every role: it is the standing that keeps these out.
  'somebody suspended': dead(suspend),
  'somebody suspended, with the pass to their data': {
    ...dead(suspend),
    token: 'pass',
  },
  'somebody erased': dead(updateAccount({ erased_at: past })),
  'an expired login': dead(updateLogin({ expires_at: past })),
  'a login that has ended': dead(updateLogin({ ended_at: past })),
  'a forged token': dead((_db, person) =>
    Promise.resolve((person.token = person.token.replace(/\.[^.]+$/, `.${'A'.repeat(86)}`))),
  ),
} as const satisfies Record<string, Caller>

export type CallerName = keyof typeof callers
export const callerNames = Object.keys(callers) as CallerName[] // the keys of the table just above

function dead(spoil: NonNullable<Caller['spoil']>) {
  return { token: 'dead', roles: everything, secondFactor: 'now', spoil } as const
}

/** Such a person, new; undefined for nobody. */
export async function makeCaller(server: TestServer, name: CallerName): Promise<Person | undefined> {
  const { token, roles = [], unverified, secondFactor, spoil }: Caller = callers[name]
  if (token === 'none') return undefined
  const wish = { roles: [...roles], verified: !unverified, secondFactor: secondFactor !== undefined }
  const person = await server.person(wish)
  if (secondFactor === 'an hour ago')
    await updateLogin({ second_factor_at: new Date(Date.now() - 3_600_000) })(server.db, person)
  await spoil?.(server.db, person)
  if (token === 'pass') person.token = await passOf(server, person)
  return person
}

async function passOf(server: TestServer, { userId }: { userId: string }): Promise<string> {
  const found = await createPasses(server.config, () => new Date()).find(server.db, userId)
  if (!found) throw new Error('they are not suspended')
  return found.pass
}

/** What the table says to this caller; undefined: it lets them in. */
export function gateSays(access: PolicyName, name: CallerName): string | undefined {
  const rule: Rule = policy[access]
  const { token, roles = [], unverified, secondFactor }: Caller = callers[name]
  if (rule.provesItself) return undefined
  if (token === 'dead' || (token === 'pass' && !rule.suspended)) return 'signed-out'
  if (!rule.login) return undefined
  if (token === 'none') return 'signed-out'
  if (rule.roles && !rule.roles.some((role) => role === 'learner' || roles.includes(role))) return 'forbidden'
  if (rule.verified && unverified) return 'email-unverified'
  const fresh = secondFactor === 'now' || (rule.secondFactor === 'ever' && secondFactor !== undefined)
  return rule.secondFactor && !fresh ? 'second-factor-needed' : undefined
}
