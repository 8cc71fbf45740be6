/** People who leave and come back while a load test measures: side by side, so many a second as far as the product keeps up. */

interface Churned {
  /** Somebody leaves and comes back. @returns false when there is nobody who could */
  churn(): Promise<boolean>
}

/** On their way at once, over all rooms: more would measure this process and not the product. */
const most = 40

export class Churning {
  readonly #classes: readonly Churned[]
  readonly #perSecond: number
  readonly #under = new Set<Promise<void>>()
  #turn = 0
  #failed: { reason: unknown } | undefined
  /** How many were to leave by now. */
  due = 0
  /** How many left and are back. */
  done = 0

  constructor(classes: readonly Churned[], perSecond: number) {
    this.#classes = classes
    this.#perSecond = perSecond
  }

  /** Lets those leave whose time has come after so many seconds, as far as there is room. @throws what one failed with */
  keepUp(seconds: number): void {
    if (this.#failed) throw this.#failed.reason
    this.due = Math.floor(seconds * this.#perSecond)
    while (this.done + this.#under.size < this.due && this.#under.size < most) this.#begin()
  }

  /** Nobody leaves any more, and who left is back. @throws what one failed with */
  async settle(): Promise<void> {
    await Promise.all(this.#under)
    if (this.#failed) throw this.#failed.reason
  }

  #begin(): void {
    const one = this.#classes[this.#turn++ % this.#classes.length]
    const under = this.#churn(one).finally(() => this.#under.delete(under))
    this.#under.add(under)
  }

  async #churn(one: Churned | undefined): Promise<void> {
    try {
      if (await one?.churn()) this.done++
    } catch (reason) {
      this.#failed ??= { reason }
    }
  }
}
