/** Passwords that anybody would try first (NIST SP 800-63B 3.1.1.2), as zxcvbn guesses them. */
import { AppError } from '@peerlearn/contract/errors'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

interface Owner {
  name: string
  email: string
}

const guesser = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })

/** A thousandth of what eight signs at random take. */
const fewestGuesses = 3e7
/** Guessing takes the longer the longer a password is; what comes after so many signs makes none of them weak. */
const looked = 64

/** @throws AppError `bad-input` for a password that is guessed soon */
export function refuseWeak(password: string, owner: Owner): void {
  // The sign of `Admin@2024` is no secret, and to zxcvbn it is something new.
  const unsigned = password.replaceAll(/(?<=\p{L})[@#._-](?=\d)/gu, '')
  const known = knownOf(owner)
  const guesses = [password, unsigned].map((one) => guesser.check(one.slice(0, looked), known).guesses)
  if (Math.min(...guesses) >= fewestGuesses) return
  throw new AppError('bad-input', 'This password is among the first that anybody would try.', {
    password: 'Too easy to guess. Take three plain words that have nothing to do with you or each other.',
  })
}

/** What others know of them, and where they are. */
const knownOf = ({ name, email }: Owner): string[] => [
  'peerlearn',
  name,
  email,
  ...`${name} ${email}`.split(/[\s.@_+-]+/).filter((word) => word.length > 2),
]
