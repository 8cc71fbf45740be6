/** How one peer's media are, told when it changes: from the state of its two transports and what is lost on the way. */
import type { Connection } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'

type Path = 'unused' | 'starting' | 'up' | 'down'

/** Scores (0 to 10, mediasoup's measure of loss) up to this are weak; about one packet in eight is missing. */
const weakScore = 6
/** Seconds that it must be so before a person is told, and before it is taken back. */
const weakAfter = 2
const wellAfter = 4

/** Whether a link is weak, without flapping: judged once a second. */
export class Weakness {
  now = false
  #streak = 0

  /** True when it has changed. score: undefined when nothing flows, which is not weak. */
  judge(score: number | undefined): boolean {
    const weakNow = score !== undefined && score <= weakScore
    this.#streak = weakNow === this.now ? 0 : this.#streak + 1
    if (this.#streak < (weakNow ? weakAfter : wellAfter)) return false
    this.now = weakNow
    this.#streak = 0
    return true
  }
}

export class ConnectionWatch {
  #state: Connection = 'connecting'
  #claimed = true
  readonly #weakness = new Weakness()
  readonly #transports: types.WebRtcTransport[]
  readonly #onChange: (state: Connection) => void

  constructor(transports: types.WebRtcTransport[], onChange: (state: Connection) => void) {
    this.#transports = transports
    this.#onChange = onChange
    for (const { observer } of transports) {
      observer.on('icestatechange', () => this.#update())
      observer.on('dtlsstatechange', () => this.#update())
    }
  }

  get state(): Connection {
    return this.#state
  }

  /** Whether a server speaks for the peer, so that its socket is there. */
  setClaimed(claimed: boolean): void {
    this.#claimed = claimed
    this.#update()
  }

  /** Once a second. score: the worse of both directions, undefined when nothing flows. */
  judge(score: number | undefined): void {
    if (this.#weakness.judge(score)) this.#update()
  }

  #update(): void {
    const next = connectionOf(this.#transports.map(pathOf), this.#claimed, this.#weakness.now)
    if (next === this.#state) return
    this.#state = next
    this.#onChange(next)
  }
}

/** A peer that only listens, or only speaks, never connects its other transport: that one does not count. */
export function connectionOf(paths: Path[], claimed: boolean, weak: boolean): Connection {
  if (!claimed || paths.includes('down')) return 'reconnecting'
  if (!paths.includes('up')) return 'connecting'
  return weak ? 'weak' : 'connected'
}

function pathOf({ iceState, dtlsState }: types.WebRtcTransport): Path {
  if (iceState === 'disconnected' || iceState === 'closed') return 'down'
  if (dtlsState === 'failed' || dtlsState === 'closed') return 'down'
  if (iceState === 'new' && dtlsState === 'new') return 'unused'
  return iceState !== 'new' && dtlsState === 'connected' ? 'up' : 'starting'
}
