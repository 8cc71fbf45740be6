/** What a person chose last in green room and room, kept in this browser; and the class that this tab is in, for a reload. */
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

/** How a person likes every room. */
interface RoomTaste {
  dark: boolean
  /** Single keys act as buttons do. */
  shortcuts: boolean
}

const tasteKey = 'peerlearn.room'

/** As chosen last, or dark and with shortcuts. */
export function readTaste(): RoomTaste {
  try {
    const kept = JSON.parse(localStorage.getItem(tasteKey) ?? '{}') as Partial<RoomTaste> // written below, by us
    return { dark: kept.dark ?? true, shortcuts: kept.shortcuts ?? true }
  } catch {
    return { dark: true, shortcuts: true }
  }
}

export function keepTaste(change: Partial<RoomTaste>): void {
  localStorage.setItem(tasteKey, JSON.stringify({ ...readTaste(), ...change }))
}

/** Whether this tab was in the room of this session when it was reloaded. */
export const wasInRoom = (sessionId: string): boolean => sessionStorage.getItem(seatKey) === sessionId
export const rememberRoom = (sessionId: string): void => sessionStorage.setItem(seatKey, sessionId)
export const forgetRoom = (): void => sessionStorage.removeItem(seatKey)
