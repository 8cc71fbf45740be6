/** Asking before something that can't be undone: `if (await confirm({…})) …`. One question at a time. */

export interface Question {
  /** The question itself: "Cancel this session?" */
  title: string
  /** What will happen, and to whom. */
  text: string
  /** The verb on the button that does it: "Cancel session". */
  action: string
  /** The button that does nothing; "Keep it" by default. */
  keep?: string
  /** Red, for what destroys or costs. */
  danger?: boolean
}

class Asking {
  #question = $state.raw<Question>()
  #answer: ((yes: boolean) => void) | undefined

  get question(): Question | undefined {
    return this.#question
  }

  ask(question: Question): Promise<boolean> {
    this.answer(false)
    this.#question = question
    return new Promise((resolve) => (this.#answer = resolve))
  }

  answer(yes: boolean): void {
    this.#answer?.(yes)
    this.#answer = undefined
    this.#question = undefined
  }
}

export const asking = new Asking()

/** True when the person chose to go on; false when they kept it, pressed Escape or another question came. */
export const confirm = (question: Question): Promise<boolean> => asking.ask(question)
