import { describe, expect, it } from 'vitest'
import { faultOf, faultOfAll } from './devices.ts'

const thrown = (name: string) => new DOMException('', name)

describe('a device that cannot be opened', () => {
  it.each([
    ['NotAllowedError', 'refused'],
    ['NotFoundError', 'missing'],
    ['OverconstrainedError', 'missing'],
    ['NotReadableError', 'busy'],
    ['SomethingNew', 'failed'],
  ])('explains %s as %s', (name, reason) => {
    expect(faultOf(thrown(name), 'camera').reason).toBe(reason)
  })

  it('has its own words for each reason, and names the device', () => {
    const titles = ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'X'].map(
      (name) => faultOf(thrown(name), 'microphone').title,
    )
    expect(new Set(titles).size).toBe(4)
    for (const title of titles) expect(title).toContain('microphone')
  })

  it('is one thing to read when microphone and camera are both refused', () => {
    const faults = {
      microphone: faultOf(thrown('NotAllowedError'), 'microphone'),
      camera: faultOf(thrown('NotAllowedError'), 'camera'),
    }
    expect(faultOfAll(faults)?.title).toContain('microphone and camera')
    expect(faultOfAll({ camera: faults.camera })).toEqual(faults.camera)
    expect(faultOfAll({})).toBeNull()
  })
})
