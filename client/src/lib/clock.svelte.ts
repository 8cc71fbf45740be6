/** The time as state: whoever reads `clock.now` is drawn again every second, and the timer lives only while somebody does. */
import { createSubscriber } from 'svelte/reactivity'

class Clock {
  #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1000)
    return () => clearInterval(timer)
  })

  get now(): number {
    this.#subscribe()
    return Date.now()
  }
}

export const clock = new Clock()
