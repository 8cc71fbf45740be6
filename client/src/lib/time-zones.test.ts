import { describe, expect, it } from 'vitest'
import { timeZone } from '@peerlearn/contract/base'
import { presentName, zones } from './time-zones.ts'

/** Node lists the same names as Chromium: both have them from ICU. */
const listed = Intl.supportedValuesOf('timeZone')
const offered = zones('Asia/Kolkata').map(({ value }) => value)
/** ICU has one name for all those of a zone. */
const zoneOf = (name: string) => new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone

describe('the time zones that are offered', () => {
  it('have the names of today', () => {
    const old =
      'Africa/Asmera America/Godthab Asia/Calcutta Asia/Katmandu Asia/Rangoon Asia/Saigon Europe/Kiev'
    expect(offered.filter((name) => old.split(' ').includes(name))).toEqual([])
    const present =
      'Africa/Asmara America/Nuuk Asia/Kolkata Asia/Kathmandu Asia/Yangon Asia/Ho_Chi_Minh Europe/Kyiv'
    expect(offered).toEqual(expect.arrayContaining(present.split(' ')))
  })

  it('are those that the browser knows, each once', () => {
    expect(listed.filter((name) => zoneOf(presentName(name)) !== zoneOf(name))).toEqual([])
    expect(offered).toHaveLength(listed.length)
  })

  it('are taken by the server', () => {
    expect(offered.filter((name) => !timeZone.safeParse(name).success)).toEqual([])
  })

  it('have the one that is set among them, though the browser does not list it', () => {
    expect(zones('UTC').map(({ value }) => value)).toContain('UTC')
    expect(zones('America/New_York')).toContainEqual({ value: 'America/New_York', label: 'America/New York' })
  })
})
