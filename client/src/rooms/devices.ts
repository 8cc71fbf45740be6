/** Cameras, microphones and screens of this device, and plain words for what keeps one from being opened. */

export type DeviceKind = 'microphone' | 'camera' | 'speaker'
export interface DeviceOption {
  id: string
  label: string
}
export type DeviceLists = Record<DeviceKind, DeviceOption[]>

/** Why a device could not be opened. */
export type FaultReason = 'refused' | 'missing' | 'busy' | 'insecure' | 'failed'
export interface DeviceFault {
  reason: FaultReason
  title: string
  advice: string
}
/** What keeps each of them from being used now. */
export interface DeviceFaults {
  microphone?: DeviceFault | undefined
  camera?: DeviceFault | undefined
}

const kinds: Record<MediaDeviceKind, DeviceKind> = {
  audioinput: 'microphone',
  videoinput: 'camera',
  audiooutput: 'speaker',
}

/** Missing in a page that is neither https nor localhost. */
const mediaDevices = () => navigator.mediaDevices as MediaDevices | undefined

class InsecureContext extends Error {
  override name = 'InsecureContext'
}

function reachable(): MediaDevices {
  const devices = mediaDevices()
  if (!devices) throw new InsecureContext()
  return devices
}

async function firstTrack(constraints: MediaStreamConstraints): Promise<MediaStreamTrack> {
  const [track] = (await reachable().getUserMedia(constraints)).getTracks()
  if (!track) throw new DOMException('no track', 'NotFoundError')
  return track
}

/** Opens the microphone, the remembered one where it is still there. Throws what `faultOf` explains. */
export async function openMicrophone(deviceId: string | null): Promise<MediaStreamTrack> {
  const track = await firstTrack({
    audio: {
      ...(deviceId && { deviceId }),
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    },
  })
  track.contentHint = 'speech'
  return track
}

/** Opens the camera at 720p or what it has. Throws what `faultOf` explains. */
export async function openCamera(deviceId: string | null): Promise<MediaStreamTrack> {
  const track = await firstTrack({
    video: {
      ...(deviceId && { deviceId }),
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 24, max: 30 },
    },
  })
  track.contentHint = 'motion'
  return track
}

export interface ScreenTracks {
  video: MediaStreamTrack
  audio: MediaStreamTrack | null
}

/** Lets the person pick a screen, window or tab; undefined when they changed their mind. */
export async function openScreen(withAudio: boolean): Promise<ScreenTracks | undefined> {
  try {
    const stream = await reachable().getDisplayMedia({
      video: { frameRate: { ideal: 15, max: 15 } },
      audio: withAudio,
    })
    const [video] = stream.getVideoTracks()
    if (!video) return undefined
    video.contentHint = 'detail'
    return { video, audio: stream.getAudioTracks()[0] ?? null }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') return undefined
    throw error
  }
}

export const canShareScreen = (): boolean => typeof mediaDevices()?.getDisplayMedia === 'function'
export const canChooseSpeaker = (): boolean => 'setSinkId' in HTMLMediaElement.prototype

/** What there is to choose from. Names are known once the browser has allowed one of them. */
export async function listDevices(): Promise<DeviceLists> {
  const lists: DeviceLists = { microphone: [], camera: [], speaker: [] }
  for (const { kind, deviceId, label } of (await mediaDevices()?.enumerateDevices()) ?? []) {
    const list = lists[kinds[kind]]
    if (deviceId) list.push({ id: deviceId, label: label || `${kinds[kind]} ${list.length + 1}` })
  }
  return lists
}

/** Calls back when a device is plugged in or taken out; the answer ends it. */
export function onDevicesChanged(changed: () => void): () => void {
  mediaDevices()?.addEventListener('devicechange', changed)
  return () => mediaDevices()?.removeEventListener('devicechange', changed)
}

const reasons: Record<string, FaultReason> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
  InsecureContext: 'insecure',
}

type Words = (device: string, several: boolean) => Omit<DeviceFault, 'reason'>

const words: Record<FaultReason, Words> = {
  refused: (device) => ({
    title: `Your browser does not let this page use the ${device}`,
    advice: `Allow the ${device} by the icon beside the address, then try again.`,
  }),
  missing: (device, several) => ({
    title: `No ${device} was found`,
    advice: `Plug ${several ? 'them' : 'one'} in, then try again.`,
  }),
  busy: (device, several) => ({
    title: `The ${device} ${several ? 'are' : 'is'} in use by another program`,
    advice: `Close the other program or tab that uses ${several ? 'them' : 'it'}, then try again.`,
  }),
  insecure: (device, several) => ({
    title: `The ${device} ${several ? 'work' : 'works'} only on a secure page`,
    advice: `Open this page by https, then ${several ? 'they' : 'it'} can be used.`,
  }),
  failed: (device) => ({
    title: `The ${device} could not be opened`,
    advice: `Try again, or choose another one.`,
  }),
}

/** What a person reads when opening a device threw this. */
export function faultOf(error: unknown, device: 'microphone' | 'camera' | 'screen'): DeviceFault {
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  const reason = reasons[name] ?? 'failed'
  return { reason, ...words[reason](device, false) }
}

/** The faults of microphone and camera as one thing to read; null when there is none. */
export function faultOfAll({ microphone, camera }: DeviceFaults): DeviceFault | null {
  if (!microphone || !camera) return microphone ?? camera ?? null
  const { reason } = microphone
  if (reason === camera.reason) return { reason, ...words[reason]('microphone and camera', true) }
  return {
    reason: 'failed',
    title: 'Microphone and camera can’t be used',
    advice: `${microphone.title}. ${microphone.advice} ${camera.title}. ${camera.advice}`,
  }
}
