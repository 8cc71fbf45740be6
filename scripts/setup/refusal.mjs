/** A reason not to go on that a person can act on: shown as one sentence, without a stack, and the exit code is 1. */
export class Refusal extends Error {}

const KNOWN = {
  ENOSPC: (where) => `The disk is full: could not write ${where}. Free some space and start again.`,
  EDQUOT: (where) => `The disk quota is used up: could not write ${where}. Free some space and start again.`,
  EACCES: (where) => `No right to write ${where}. Give this user the right, or choose another place.`,
  EPERM: (where) => `No right to write ${where}. Give this user the right, or choose another place.`,
  EROFS: (where) => `${where} is on a read-only disk. Choose another place.`,
  ENOTDIR: (where) => `${where} cannot be made: a part of its path is a file.`,
  ENOENT: (where) => `${where} cannot be made: nothing can be kept in that place. Choose another one.`,
  EEXIST: (where) => `${where} cannot be made: a file of that name exists.`,
}

/** Turns a file system error into a Refusal naming the place; anything else comes back as it was. */
export function refusalFor(error, where) {
  const sentence = KNOWN[error?.code]
  return sentence ? new Refusal(sentence(where)) : error
}

/** Runs a program's main function: a Refusal becomes one sentence, anything else its whole stack; both end with code 1. */
export async function runMain(main) {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof Refusal ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}
