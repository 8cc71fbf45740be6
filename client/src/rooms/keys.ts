/** Single keys of the room. They act only while nobody types or answers a question. */
export function keyOf(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest('input, textarea, select, [contenteditable], dialog, [role=menu]')) return null
  return event.key.toLowerCase()
}
