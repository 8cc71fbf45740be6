/** Recorded media: a camera in three sizes, a screen and a voice, as an encoder made them (record.ts). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const clipFile = join(import.meta.dirname, 'clip.bin')

/** The file's first line: of each track its frames in order; their bytes follow it, track after track. */
export type ClipIndex = Record<string, [atMs: number, isKey: 0 | 1, size: number][]>

export interface Frame {
  atMs: number
  isKey: boolean
  data: Buffer
}
export type Track = 'low' | 'middle' | 'high' | 'screen' | 'voice'

let read: Record<Track, Frame[]> | undefined

/** The frames of a track; it begins with a key frame and can be played in a ring. */
export const track = (name: Track): Frame[] => (read ??= readClip())[name]

/** How long a track is. */
export function lengthMs(frames: Frame[]): number {
  const [first, second, last] = [frames[0]!, frames[1]!, frames.at(-1)!]
  return last.atMs + second.atMs - first.atMs
}

function readClip(): Record<Track, Frame[]> {
  const file = readFileSync(clipFile)
  const end = file.indexOf('\n')
  const index = JSON.parse(file.subarray(0, end).toString()) as ClipIndex // made by record.ts
  let at = end + 1
  const frame = ([atMs, isKey, size]: ClipIndex[string][number]): Frame => {
    const data = file.subarray(at, at + size)
    at += size
    return { atMs, isKey: isKey === 1, data }
  }
  const tracks = Object.entries(index).map(([name, frames]) => [name, frames.map(frame)])
  return Object.fromEntries(tracks) as Record<Track, Frame[]> // record.ts makes all of them
}
