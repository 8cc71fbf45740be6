/** One tooltip for the page, drawn in the top layer above dialogs; it says in words what an icon does, with its key. */
import type { Attachment } from 'svelte/attachments'

const delayMs = 350
const gap = 8
let bubble: HTMLElement | undefined

function show(anchor: HTMLElement, text: string, key?: string): void {
  bubble ??= document.body.appendChild(
    Object.assign(document.createElement('div'), { className: 'tooltip', popover: 'manual' }),
  )
  bubble.setAttribute('aria-hidden', 'true') // the control's own label says the same
  bubble.replaceChildren(text)
  if (key) bubble.append(Object.assign(document.createElement('kbd'), { textContent: key }))
  if (bubble.matches(':popover-open')) bubble.hidePopover()
  bubble.showPopover()
  place(bubble, anchor)
}

/** Above its anchor, or below where there is no room; never past the window's sides. */
function place(box: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { width, height } = box.getBoundingClientRect()
  const left = Math.min(Math.max(gap, at.left + at.width / 2 - width / 2), innerWidth - width - gap)
  const top = at.top - height - gap < 0 ? at.bottom + gap : at.top - height - gap
  Object.assign(box.style, { left: `${left}px`, top: `${top}px`, right: 'auto', bottom: 'auto' })
}

const hide = () => bubble?.matches(':popover-open') && bubble.hidePopover()

/** `<button aria-label="Mute" {@attach tooltip('Mute', 'M')}>`: on hover and on keyboard focus; Escape hides it. */
export const tooltip =
  (text: string, key?: string): Attachment<HTMLElement> =>
  (anchor) => {
    const ended = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const on = (name: string, listen: (event: Event) => void) =>
      anchor.addEventListener(name, listen, { signal: ended.signal })
    const leave = () => {
      clearTimeout(timer)
      hide()
    }
    on('pointerenter', (event) => {
      if ((event as PointerEvent).pointerType === 'touch') return // there it would stay under the finger
      timer = setTimeout(() => show(anchor, text, key), delayMs)
    })
    on('focus', () => {
      if (!anchor.matches(':focus-visible')) return
      // A menu that is being hidden hands the focus back meanwhile, and no other popover may open until it is done.
      clearTimeout(timer)
      timer = setTimeout(() => show(anchor, text, key))
    })
    for (const name of ['pointerleave', 'pointerdown', 'blur']) on(name, leave)
    on('keydown', (event) => (event as KeyboardEvent).key === 'Escape' && leave())
    return () => {
      ended.abort()
      leave()
    }
  }
