/** Plays a track; false when the browser wants a gesture first. */
export async function playSound(element: HTMLAudioElement, track: MediaStreamTrack): Promise<boolean> {
  element.srcObject = new MediaStream([track])
  try {
    await element.play()
    return true
  } catch (error) {
    return !(error instanceof DOMException && error.name === 'NotAllowedError')
  }
}

/** Sends the sound to this speaker, where the browser can; one that is gone leaves it where it was. */
export function setSpeaker(element: HTMLAudioElement, speaker: string | null): void {
  const choosable = element as HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> } // missing in Safari
  if (speaker !== null) choosable.setSinkId?.(speaker).catch(() => undefined)
}
