/** Single keys of the room. */
export interface RoomKey {
  key: string
  does: string
  /** Only for who may send sound and pictures. */
  sending?: true
}

/** As they are listed; Escape, which writes nothing anywhere, is no shortcut to be turned off. */
export const roomKeys: readonly RoomKey[] = [
  { key: 'M', does: 'Mute or unmute the microphone', sending: true },
  { key: 'V', does: 'Turn the camera off or on', sending: true },
  { key: 'S', does: 'Share a screen, or stop sharing', sending: true },
  { key: 'H', does: 'Raise or lower your hand' },
  { key: 'C', does: 'Open or close the chat' },
  { key: 'P', does: 'Open or close the list of people' },
  { key: '?', does: 'Show these shortcuts' },
]

const elsewhere = 'dialog, [role=menu]'
const typing = `input, textarea, select, [contenteditable], ${elsewhere}`

/** The key, when it means the room: nobody types, or answers a question. Escape means it in the chat's box too. */
export function keyOf(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return null
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest(event.key === 'Escape' ? elsewhere : typing)) return null
  return event.key.toLowerCase()
}
