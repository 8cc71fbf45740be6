/** A picture for Chromium's fake camera: a Y4M of moving bars, in which every frame differs. */
import { closeSync, existsSync, mkdtempSync, openSync, renameSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const width = 640
const height = 360
const frames = 30

/** Writes the file once a machine and answers its path. */
export function fakeCamera(): string {
  const file = join(tmpdir(), `peerlearn-camera-${width}x${height}-${frames}.y4m`)
  if (existsSync(file)) return file
  const draft = join(mkdtempSync(join(tmpdir(), 'camera-')), 'draft.y4m')
  const fd = openSync(draft, 'w')
  writeSync(fd, `YUV4MPEG2 W${width} H${height} F20:1 Ip A1:1 C420jpeg\n`)
  for (let n = 0; n < frames; n++) writeSync(fd, frame(n))
  closeSync(fd)
  renameSync(draft, file)
  return file
}

function frame(n: number): Buffer {
  const luma = Buffer.alloc(width * height)
  const bar = (n * width) / frames
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      luma[y * width + x] = Math.abs(x - bar) < 24 ? 235 : 60 + ((x >> 5) + (y >> 5)) * 5
  const chroma = Buffer.alloc((width * height) / 2, 128)
  chroma.fill(90 + n * 2, 0, (width * height) / 4)
  return Buffer.concat([Buffer.from('FRAME\n'), luma, chroma])
}
