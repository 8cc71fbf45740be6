/** The video codecs that everybody in the room decodes: what is sent follows at once when they become fewer, later when more. */
import type { VideoCodec } from '@peerlearn/contract/media'

/** Who left may come back, and every change costs a picture's bits once more: up to half as long again, not all at once. */
const calmMs = 30_000
const calm = () => calmMs * (1 + Math.random() / 2)

export class RoomCodecs {
  #onChange: () => void
  #all: readonly VideoCodec[] = ['video/VP8']
  #calm: ReturnType<typeof setTimeout> | undefined

  /** @param onChange what is sent may have to change */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get all(): readonly VideoCodec[] {
    return this.#all
  }

  speak(codecs: readonly VideoCodec[]): void {
    if (codecs.join() === this.#all.join()) return
    this.#all = codecs
    clearTimeout(this.#calm)
    this.#calm = setTimeout(() => {
      this.#calm = undefined
      this.#onChange()
    }, calm())
    this.#onChange()
  }

  /** May what is sent in this codec go on in it, while a new one would be sent in the best? */
  mayStay(codec: VideoCodec, best: VideoCodec): boolean {
    const decoded = codec === 'video/VP8' || this.#all.includes(codec)
    return decoded && (codec === best || this.#calm !== undefined)
  }

  close(): void {
    clearTimeout(this.#calm)
    this.#calm = undefined
  }
}
