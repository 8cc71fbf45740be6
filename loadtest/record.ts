/**
 * Makes clip.bin anew: `node loadtest/record.ts`. Chromium's own encoders (libvpx and Opus, in real-time mode at the bit
 * rates that our client asks for) encode drawn pictures, a presenter in three sizes and a screen with text, and a
 * voice-like sound. So frame sizes and key frames are an encoder's; the contents are not a person's.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { launchBrowser } from '../client/e2e/person.ts'
import { clipFile, type ClipIndex } from './clip.ts'

interface VideoWish {
  kind: 'camera' | 'screen'
  width: number
  height: number
  bitrate: number
  fps: number
  seconds: number
}
/** A frame as it comes out of the page: when, whether a key frame, and its bytes in base64. */
type Recorded = [atMs: number, isKey: boolean, bytes: string]

const camera = { kind: 'camera', fps: 25, seconds: 3 } as const
const wishes: Record<string, VideoWish> = {
  low: { ...camera, fps: 15, width: 320, height: 180, bitrate: 60_000 },
  middle: { ...camera, width: 640, height: 360, bitrate: 250_000 },
  high: { ...camera, width: 1280, height: 720, bitrate: 900_000 },
  // Longer, for its turn brings a large key frame, which a real screen sends when somebody asks for it.
  screen: { kind: 'screen', width: 1920, height: 1080, bitrate: 400_000, fps: 5, seconds: 15 },
}

// WebCodecs need a secure context, which a page of localhost is.
const server = createServer((_, res) => res.setHeader('content-type', 'text/html').end('<canvas></canvas>'))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const browser = await launchBrowser()
try {
  const page = await browser.newPage()
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
  const tracks: Record<string, Recorded[]> = { voice: await page.evaluate(recordVoice, camera.seconds) }
  for (const [name, wish] of Object.entries(wishes)) tracks[name] = await page.evaluate(recordVideo, wish)
  write(tracks)
} finally {
  await browser.close()
  server.close()
}

function write(tracks: Record<string, Recorded[]>): void {
  const index: ClipIndex = {}
  const bytes: Buffer[] = []
  for (const [name, frames] of Object.entries(tracks)) {
    const data = frames.map(([, , base64]) => Buffer.from(base64, 'base64'))
    bytes.push(...data)
    index[name] = frames.map(([at, isKey], n) => [at, isKey ? 1 : 0, data[n]!.length])
    const seconds = wishes[name]?.seconds ?? camera.seconds
    const kbits = Math.round((Buffer.concat(data).length * 8) / 1000 / seconds)
    console.log(`${name}: ${frames.length} frames, ${kbits} kbit/s`)
  }
  const head = Buffer.from(`${JSON.stringify(index)}\n`)
  writeFileSync(clipFile, Buffer.concat([head, ...bytes]))
}

/** Runs in the page. */
async function recordVideo({ kind, width, height, bitrate, fps, seconds }: VideoWish): Promise<Recorded[]> {
  const canvas = new OffscreenCanvas(width, height)
  const g = canvas.getContext('2d')!
  const unit = height / 180
  const drawCamera = (n: number) => {
    g.fillStyle = `hsl(210 20% ${40 + 4 * Math.sin(n / 20)}%)`
    g.fillRect(0, 0, width, height)
    for (let book = 0; book < 24; book++) {
      g.fillStyle = `hsl(${book * 47} 40% ${30 + (book % 5) * 8}%)`
      g.fillRect(book * 14 * unit, 20 * unit, 10 * unit, (30 + (book % 4) * 6) * unit)
    }
    const [x, y] = [160 * unit + Math.sin(n / 9) * 12 * unit, 90 * unit + Math.sin(n / 5) * 3 * unit]
    g.fillStyle = '#c58c6b'
    g.beginPath()
    g.ellipse(x, y, 28 * unit, 36 * unit, Math.sin(n / 13) / 8, 0, 7)
    g.fill()
    g.fillStyle = '#334'
    g.fillRect(x - 50 * unit, y + 34 * unit, 100 * unit, 90 * unit)
    g.fillStyle = '#511'
    g.fillRect(x - 8 * unit, y + 14 * unit, 16 * unit, (2 + 5 * Math.abs(Math.sin(n / 2))) * unit)
    // What a sensor adds in a room with one lamp.
    for (let speck = 0; speck < (width * height) / 60; speck++) {
      g.fillStyle = `rgba(${speck % 2 ? '255,255,255' : '0,0,0'},0.07)`
      g.fillRect(Math.random() * width, Math.random() * height, unit, unit)
    }
  }
  const drawScreen = (n: number) => {
    g.fillStyle = '#fff'
    g.fillRect(0, 0, width, height)
    g.fillStyle = '#111'
    g.font = '28px sans-serif'
    for (let line = 0; line < 28; line++)
      g.fillText(
        `${line}.  Assets are what a shop owns, debts what it owes; ${line * 7919}`,
        80,
        80 + line * 35,
      )
    g.fillRect(200 + ((n * 37) % 900), 300 + ((n * 23) % 500), 14, 20) // the pointer
  }
  const frames: Recorded[] = []
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength)
      chunk.copyTo(bytes)
      let text = ''
      for (const byte of bytes) text += String.fromCharCode(byte)
      frames.push([chunk.timestamp / 1000, chunk.type === 'key', btoa(text)])
    },
    error: (error) => console.error(error),
  })
  encoder.configure({ codec: 'vp8', width, height, bitrate, framerate: fps, latencyMode: 'realtime' })
  for (let n = 0; n < seconds * fps; n++) {
    if (kind === 'camera') drawCamera(n)
    else drawScreen(n)
    const frame = new VideoFrame(canvas, { timestamp: (n * 1e6) / fps, duration: 1e6 / fps })
    encoder.encode(frame, { keyFrame: n === 0 })
    frame.close()
    while (encoder.encodeQueueSize > 2) await new Promise((done) => setTimeout(done, 5))
  }
  await encoder.flush()
  return frames
}

/** Runs in the page. */
async function recordVoice(seconds: number): Promise<Recorded[]> {
  const [rate, size] = [48_000, 960]
  const frames: Recorded[] = []
  const encoder = new AudioEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength)
      chunk.copyTo(bytes)
      frames.push([chunk.timestamp / 1000, true, btoa(String.fromCharCode(...bytes))])
    },
    error: (error) => console.error(error),
  })
  encoder.configure({ codec: 'opus', sampleRate: rate, numberOfChannels: 1, bitrate: 32_000 })
  for (let n = 0; n < (seconds * rate) / size; n++) {
    const data = new Float32Array(size).map((_, i) => {
      const t = (n * size + i) / rate
      const syllable = Math.max(0, Math.sin(t * 2 * Math.PI * 3.5))
      const pitch = 120 + 20 * Math.sin(t * 2)
      const voiced = [1, 2, 3, 5, 8].reduce((sum, k) => sum + Math.sin(2 * Math.PI * pitch * k * t) / k, 0)
      return 0.2 * syllable * (voiced + 0.1 * Math.random())
    })
    const given = { format: 'f32', sampleRate: rate, numberOfFrames: size, numberOfChannels: 1 } as const
    encoder.encode(new AudioData({ ...given, timestamp: n * 20_000, data }))
  }
  await encoder.flush()
  return frames
}
