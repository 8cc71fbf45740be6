/** Short news of how something ended. What needs an answer is a dialog; what stays wrong is an ErrorState or a Notice. */

import { untrack } from 'svelte'

export type ToastKind = 'info' | 'good' | 'warn' | 'bad'

export interface ToastAction {
  label: string
  run: () => void
}

export interface Toast {
  id: number
  kind: ToastKind
  text: string
  action: ToastAction | undefined
}

interface Extra {
  action?: ToastAction
  /** How long it stays; more words and failures stay longer by themselves. 0 keeps it until closed. */
  ms?: number
}

const most = 3
/** Words are read at about 15 letters a second; nobody should have to hurry. */
const readingMs = (text: string, kind: ToastKind) => (kind === 'bad' ? 6000 : 3500) + text.length * 40

class Toasts {
  #shown = $state.raw<Toast[]>([])
  #timers = new Map<number, ReturnType<typeof setTimeout>>()
  #due = new Map<number, number>()
  #last = 0
  #hosts = $state(0)

  /** A page shows them in a place of its own: the window's place stays empty. */
  get hosted(): boolean {
    return this.#hosts > 0
  }

  /** Shows them in the page's own place until the answer is called. */
  host(): () => void {
    untrack(() => this.#hosts++)
    return () => this.#hosts--
  }

  get shown(): Toast[] {
    return this.#shown
  }

  /** The same words twice are one toast. Answers its id, for `close`. */
  show(kind: ToastKind, text: string, { action, ms = readingMs(text, kind) }: Extra = {}): number {
    const twin = this.#shown.find((toast) => toast.text === text && toast.kind === kind)
    if (twin) this.close(twin.id)
    const toast = { id: ++this.#last, kind, text, action }
    for (const old of this.#shown.slice(0, Math.max(0, this.#shown.length + 1 - most))) this.close(old.id)
    this.#shown = [...this.#shown, toast]
    if (ms > 0) this.#due.set(toast.id, ms)
    this.resume()
    return toast.id
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.#due.delete(id)
    this.#shown = this.#shown.filter((toast) => toast.id !== id)
  }

  /** While somebody points at them or is inside with the keyboard, none goes away. */
  pause(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  resume(): void {
    for (const [id, ms] of this.#due) {
      if (!this.#timers.has(id))
        this.#timers.set(
          id,
          setTimeout(() => this.close(id), ms),
        )
    }
  }
}

export const toasts = new Toasts()

/** `toast.good('Seat booked.')`, `toast.bad(words, {action: {label: 'Try again', run}})`. */
export const toast = {
  info: (text: string, extra?: Extra) => toasts.show('info', text, extra),
  good: (text: string, extra?: Extra) => toasts.show('good', text, extra),
  warn: (text: string, extra?: Extra) => toasts.show('warn', text, extra),
  bad: (text: string, extra?: Extra) => toasts.show('bad', text, extra),
  close: (id: number) => toasts.close(id),
}
