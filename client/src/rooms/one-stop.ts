/**
 * A toolbar's keys, as the WAI-ARIA practice asks (https://www.w3.org/WAI/ARIA/apg/patterns/toolbar/): Tab stops at it once,
 * at the button used last; arrows, Home and End move along it.
 */

const stepOf: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 }

/** `<div role="toolbar" {@attach oneStop}>`. What hangs from a button, as its menu does, is no part of it. */
export function oneStop(bar: HTMLElement): () => void {
  const buttons = () => [...bar.querySelectorAll('button')].filter((one) => !one.closest('[popover]'))
  let stop: Element | null = null

  const settle = () => {
    const all = buttons()
    if (!stop || !all.some((one) => one === stop)) stop = all[0] ?? null
    for (const one of all) one.tabIndex = one === stop ? 0 : -1
  }
  const focused = ({ target }: FocusEvent) => {
    if (!buttons().some((one) => one === target)) return
    stop = target as Element // one of the buttons
    settle()
  }
  const move = (event: KeyboardEvent) => {
    const all = buttons()
    const at = all.findIndex((one) => one === event.target)
    const ends: Record<string, number> = { Home: 0, End: all.length - 1 }
    const to = ends[event.key] ?? at + (stepOf[event.key] ?? 0)
    if (at < 0 || to === at) return
    event.preventDefault()
    all[(to + all.length) % all.length]?.focus()
  }

  bar.addEventListener('focusin', focused)
  bar.addEventListener('keydown', move)
  // Coming on stage brings more buttons.
  const changes = new MutationObserver(settle)
  changes.observe(bar, { childList: true, subtree: true })
  settle()
  return () => {
    bar.removeEventListener('focusin', focused)
    bar.removeEventListener('keydown', move)
    changes.disconnect()
  }
}
