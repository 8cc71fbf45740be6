/**
 * Calls back about 15 times a second with the loudness of a microphone, 0 (silence) to 1; the answer ends it.
 */
export function watchLevel(track: MediaStreamTrack, told: (level: number) => void): () => void {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 512
  const source = context.createMediaStreamSource(new MediaStream([track]))
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    told(loudness(samples))
  }, 66)
  // Until a gesture allows sound the context may be suspended: it reads as silence, and wakes with the page.
  const wake = () => void context.resume()
  document.addEventListener('pointerdown', wake)
  return () => {
    clearInterval(timer)
    document.removeEventListener('pointerdown', wake)
    source.disconnect()
    void context.close()
  }
}

/** The root mean square in decibels, −60 dB and below as 0, −10 dB and above as 1. */
export function loudness(samples: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += (samples[i] as number) ** 2 // the index is in range
  const decibels = 10 * Math.log10(sum / samples.length || 1e-12)
  return Math.min(1, Math.max(0, (decibels + 60) / 50))
}
