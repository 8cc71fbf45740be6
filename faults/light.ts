/**
 * A light participant as a process, so that it can live in a network namespace: `light.ts JSON` joins, sends what it is
 * told to, and leaves when its standard input ends. Says `in` when its media are connected.
 */
import type { Source } from '@peerlearn/contract/media'
import { SignedIn, type Account } from '../loadtest/accounts.ts'
import { LightPerson } from '../loadtest/person.ts'

export interface LightWish {
  url: string
  account: Account
  sessionId: string
  sends: Source[]
}

const { url, account, sessionId, sends } = JSON.parse(process.argv[2] ?? '{}') as LightWish // of our own test
const who = new SignedIn(url, account)
const person = new LightPerson({
  url,
  sessionId,
  sends,
  ticket: () => who.ticket(),
  tiles: 4,
  turn: false,
  decrypts: false,
})
await person.join()
console.log('in')
process.stdin.resume()
process.stdin.once('end', () => void person.leave().then(() => process.exit()))
