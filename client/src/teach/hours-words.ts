/** A mentor's teaching hours in one sentence: which hours a session lies outside of. */
import type { Availability } from '@peerlearn/contract/availability'
import { dayOf, weekdayOf } from '@peerlearn/contract/time-zone'
import { draftOf, weekdays, type Times } from './hours.ts'

/** `startsAt`: when the session, or the first of them, would begin. */
export function outsideWords(of: Availability, startsAt: number): string {
  const { week, days } = draftOf(of)
  const day = dayOf(startsAt, of.timeZone)
  const other = days.find((one) => one.day === day.toString())
  const zone = of.timeZone.replaceAll('_', ' ')
  const weekly = of.hours.length ? weekWords(week) : 'at any time'
  const differs = other
    ? ` ${weekdays[weekdayOf(day) - 1]} ${day.day} differs: you teach ${timesWords(other.times) || 'not at all'}.`
    : ''
  return `By the hours that you set you teach ${weekly} (the time in ${zone}).${differs}`
}

const timesWords = (times: readonly Times[]): string =>
  times.map(({ from, to }) => `${from}–${to === '00:00' ? '24:00' : to}`).join(', ')

/** Days of the same hours are said together. */
function weekWords(week: readonly Times[][]): string {
  const groups = Map.groupBy(weekdays.keys(), (at) => timesWords(week[at] ?? []))
  return [...groups]
    .filter(([times]) => times)
    .map(([times, days]) => `${days.map((at) => weekdays[at]).join(', ')} ${times}`)
    .join('; ')
}
