import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LocalMedia } from './local-media.svelte.ts'

/** Whatever the browser shares is on until its track is stopped. */
class Track extends EventTarget {
  readyState: 'live' | 'ended' = 'live'
  contentHint = ''
  readonly kind: string

  constructor(kind: string) {
    super()
    this.kind = kind
  }

  stop(): void {
    this.readyState = 'ended'
  }
}

let pick: (tracks: Track[]) => void

beforeEach(() => {
  const picked = new Promise<Track[]>((resolve) => (pick = resolve))
  const getDisplayMedia = async () => {
    const tracks = await picked
    const of = (kind: string) => () => tracks.filter((track) => track.kind === kind)
    return { getVideoTracks: of('video'), getAudioTracks: of('audio') }
  }
  const quiet = { addEventListener: () => undefined, removeEventListener: () => undefined }
  vi.stubGlobal('navigator', { mediaDevices: { ...quiet, getDisplayMedia } })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

it.each([
  ['left the class', (local: LocalMedia) => local.close()],
  ['were taken off the stage', (local: LocalMedia) => local.allow(false)],
])('a screen that is picked after they %s is not captured', async (_, goes) => {
  const local = new LocalMedia()
  const tracks = [new Track('video'), new Track('audio')]
  const asked = local.startScreen(true)
  goes(local)
  pick(tracks)
  await asked
  expect(tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'ended'])
  expect(local.screen).toBeNull()
})
