/** The green room's one line of verdict, and when the room opens. Pure. */
import { startableFrom } from '@peerlearn/contract/sessions'
import { away, momentInside } from '../lib/time.ts'
import type { DeviceFaults } from './devices.ts'

interface Own {
  microphoneOn: boolean
  cameraOn: boolean
  faults: DeviceFaults
}

export function verdictOf({ microphoneOn, cameraOn, faults }: Own): { good: boolean; text: string } {
  if (faults.microphone && faults.camera)
    return { good: false, text: 'You can listen and watch, and write in the chat.' }
  if (faults.microphone) return { good: false, text: 'You will be seen, not heard.' }
  if (faults.camera) return { good: false, text: 'You will be heard, not seen.' }
  if (microphoneOn && cameraOn) return { good: true, text: 'You’re good: you will be seen and heard.' }
  if (microphoneOn) return { good: true, text: 'You’re good: you will be heard. Your camera is off.' }
  if (cameraOn) return { good: true, text: 'You’re good: you will be seen. Your microphone is off.' }
  return { good: true, text: 'You join quietly, with microphone and camera off.' }
}

/** Of somebody who comes to a room with a stage. */
export const watching = { good: true, text: 'You’re good: you will watch and listen.' }

/** Why Join cannot be pressed yet. */
export function waitOf(startsAt: string, mentorName: string, now: number): string {
  const planned = Date.parse(startsAt)
  if (planned > now)
    return `Opens ${momentInside(startsAt, now)} (${away(startsAt, now)}), when ${mentorName} starts it.`
  return `It was planned for ${momentInside(startsAt, now)}. You can join as soon as ${mentorName} starts it.`
}

/** Why its mentor cannot start it yet. */
export const startOf = (startsAt: string, now: number): string =>
  `You can start the class from ${momentInside(startableFrom(startsAt), now)}.`

/** Who is there already; `elsewhere`: I am, on another page, and not counted. */
export function presenceOf(people: number, open: boolean, elsewhere: boolean): string {
  if (!open) return 'The room is not open yet.'
  if (people === 0) return elsewhere ? 'Nobody else is in the room.' : 'The room is open.'
  const besides = elsewhere ? ' besides you' : ''
  return people === 1 ? `1 person is in the room${besides}.` : `${people} people are in the room${besides}.`
}
