/** Where a menu opens and how its keys move; Menu.svelte draws it. */
import type { IconComponent } from './icon.ts'

export interface MenuItem {
  label: string
  icon?: IconComponent
  href?: string
  run?: () => void
  danger?: boolean
  /** Given at all, the item is one of a choice. */
  checked?: boolean
}

/** What the button that opens it must carry. */
export interface MenuButton {
  popovertarget: string
  'aria-haspopup': 'menu'
  'aria-expanded': boolean
}

const gap = 6

/** Below the anchor and in line with its nearer side; above it where there is no room. */
export function placeBy(box: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { width, height } = box.getBoundingClientRect()
  const fits = at.bottom + gap + height <= innerHeight
  const wanted = at.left + at.width / 2 > innerWidth / 2 ? at.right - width : at.left
  const left = Math.max(8, Math.min(wanted, innerWidth - width - 8))
  const top = fits ? at.bottom + gap : Math.max(8, at.top - gap - height)
  Object.assign(box.style, { left: `${left}px`, top: `${top}px`, right: 'auto', bottom: 'auto' })
}

/** The item that a key leads to from the one in focus; undefined for keys that mean nothing here. */
export function nextItem<T extends { textContent: string | null }>(
  items: readonly T[],
  current: unknown,
  key: string,
): T | undefined {
  const at = items.findIndex((item) => item === current)
  const last = items.length - 1
  if (key === 'ArrowDown') return items[at === last ? 0 : at + 1]
  if (key === 'ArrowUp') return items[at <= 0 ? last : at - 1]
  if (key === 'Home') return items[0]
  if (key === 'End') return items[last]
  if (key.length !== 1 || key === ' ') return undefined
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  return after.find((item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()))
}
