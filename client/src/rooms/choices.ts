/** What a person chose last in the green room, kept in this browser; and the class that this tab is in, for a reload. */
import type { DeviceKind } from './devices.ts'

export interface Choices {
  devices: Record<DeviceKind, string | null>
  microphoneOn: boolean
  cameraOn: boolean
}

const key = 'peerlearn.devices'
const seatKey = 'peerlearn.in-room'

const first: Choices = {
  devices: { microphone: null, camera: null, speaker: null },
  microphoneOn: true,
  cameraOn: true,
}

/** The last choices, or everything on with the browser's own devices. */
export function readChoices(): Choices {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Choices> // written below, by us
    return { ...first, ...kept, devices: { ...first.devices, ...kept.devices } }
  } catch {
    return { ...first, devices: { ...first.devices } }
  }
}

export function keepChoices(choices: Choices): void {
  localStorage.setItem(key, JSON.stringify(choices))
}

/** Whether this tab was in the room of this session when it was reloaded. */
export const wasInRoom = (sessionId: string): boolean => sessionStorage.getItem(seatKey) === sessionId
export const rememberRoom = (sessionId: string): void => sessionStorage.setItem(seatKey, sessionId)
export const forgetRoom = (): void => sessionStorage.removeItem(seatKey)
