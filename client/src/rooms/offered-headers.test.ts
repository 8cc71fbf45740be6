import { expect, it } from 'vitest'
import { forBothKinds } from './offered-headers.ts'

const mid = 'urn:ietf:params:rtp-hdrext:sdes:mid'
const orientation = 'urn:3gpp:video-orientation'
const extension = (kind: 'audio' | 'video', uri: typeof mid | typeof orientation, preferredId: number) => ({
  kind,
  uri,
  preferredId,
  preferredEncrypt: false,
  direction: 'sendrecv' as const,
})

it('names sections for pictures, too, when a sound was the last to be offered, and sections alone', () => {
  const offered = [extension('audio', mid, 4), extension('video', orientation, 13)]
  expect(forBothKinds(offered)).toEqual([...offered, extension('video', mid, 4)])
  const whole = [extension('audio', mid, 4), extension('video', mid, 4)]
  expect(forBothKinds(whole)).toEqual(whole)
})
