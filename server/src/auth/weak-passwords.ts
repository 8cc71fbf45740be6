/** Passwords that anybody would try first (NIST SP 800-63B 3.1.1.2), as zxcvbn guesses them. */
import { AppError } from '@peerlearn/contract/errors'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

interface Owner {
  name: string
  email: string
}

/** Guessing takes the longer the more signs and disguises there are, and nothing else runs meanwhile. */
const bounds = { maxLength: 64, l33tMaxSubstitutions: 8 }
const guesser = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, ...bounds })

/** Somewhat less than eight letters at random, which zxcvbn takes for a hundred million. */
const fewestGuesses = 3e7

/** @throws AppError `bad-input` for a password that is guessed soon */
export function refuseWeak(password: string, owner: Owner): void {
  // The sign of `Admin@2024` is no secret, and to zxcvbn it is something new.
  const unsigned = password.replaceAll(/(?<=\p{L})[@#._-](?=\d)/gu, '')
  const known = knownOf(owner)
  const guesses = [...new Set([password, unsigned])].map((one) => guesser.check(one, known).guesses)
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
