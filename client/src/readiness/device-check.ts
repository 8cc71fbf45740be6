/** What a check says of microphone and camera, from what is open and why the rest is not. */
import type { ReadinessResult } from '@peerlearn/contract/readiness'
import type { FaultReason } from '../rooms/devices.ts'
import { watchLevel } from '../rooms/level.ts'
import type { LocalMedia } from '../rooms/local-media.svelte.ts'

/** Above what a muted or dead microphone gives; a whisper is far above. */
const audible = 0.12

const blocked = (reason: FaultReason) => (reason === 'missing' ? 'missing' : 'blocked')

type Devices = Pick<LocalMedia, 'faults' | 'microphone' | 'camera'>

export const microphoneOf = (
  { faults, microphone }: Devices,
  heard: boolean,
): ReadinessResult['microphone'] => {
  if (microphone) return heard ? 'works' : microphone.enabled ? 'silent' : 'untested'
  return faults.microphone ? blocked(faults.microphone.reason) : 'untested'
}

export const cameraOf = ({ faults, camera }: Devices): ReadinessResult['camera'] => {
  if (camera) return 'works'
  return faults.camera ? blocked(faults.camera.reason) : 'untested'
}

/** Listens until the returned function is called; `heard` is told when there is sound on this microphone. */
export function listenFor(track: MediaStreamTrack, heard: () => void): () => void {
  return watchLevel(track, (level) => level > audible && heard())
}
