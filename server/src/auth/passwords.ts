/** Passwords: argon2id, and never more hashes at once than cores, so that sign-ins cannot starve a class. */
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { AppError } from '@peerlearn/contract/errors'

/** OWASP's first choice for argon2id (19 MiB, 2 passes, 1 lane); the algorithm is the package's default. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Sign-ins that may wait: some seconds of work. One more is told to come back. */
const queueLimit = 200

class Turns {
  #free = availableParallelism()
  readonly #waiting: (() => void)[] = []

  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await this.#wait()
    try {
      return await run()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= queueLimit)
      throw new AppError('too-many-requests', 'Many people sign in right now. Please try again in a moment.')
    return new Promise((go) => this.#waiting.push(go))
  }
}

// One machine has one set of cores, however many apps a test builds.
const turns = new Turns()

export const hashPassword = (password: string): Promise<string> => turns.take(() => hash(password, cost))

/** Of a random password that was thrown away, at the same cost: what an unknown account is checked against. */
const nobodys =
  '$argon2id$v=19$m=19456,t=2,p=1$VNl9JRjM0aznP+XeZQJeyQ$yAjKlOujuC/bN55fDsfNLrJMXqZXRpT05gL/zlHHko4'

/** Without a hash (an unknown account) it takes the same time and answers false. */
export async function passwordMatches(hashed: string | undefined, password: string): Promise<boolean> {
  const matches = await turns.take(() => verify(hashed ?? nobodys, password))
  return matches && hashed !== undefined
}
