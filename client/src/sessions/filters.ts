/** The catalogue's filters: as the page shows them, as the address keeps them, as the server is asked. */
import type { QueryOf } from '@peerlearn/contract/route'
import type { sessionRoutes } from '@peerlearn/contract/sessions'

const whens = ['any', 'today', 'week', 'weekend', 'dates'] as const
export type When = (typeof whens)[number]

export interface Filters {
  q: string
  skill: string
  when: When
  /** First and last day of `dates`, as a date field writes them (2026-11-24), or ''. */
  from: string
  to: string
  /** Highest price in rupees, 0 for free ones; undefined for any. */
  upTo: number | undefined
  /** At least so many seats left; undefined for any. */
  seats: number | undefined
}

export const noFilters: Filters = {
  q: '',
  skill: '',
  when: 'any',
  from: '',
  to: '',
  upTo: undefined,
  seats: undefined,
}

const longest = { q: 80, skill: 40 }
const dayPattern = /^\d{4}-\d{2}-\d{2}$/

/** What the address says; anything in it that makes no sense is left out. */
export function parseFilters(search: URLSearchParams): Filters {
  const word = (name: 'q' | 'skill') => (search.get(name) ?? '').trim().slice(0, longest[name])
  const date = (name: string) => {
    const value = search.get(name) ?? ''
    return dayPattern.test(value) && !Number.isNaN(Date.parse(value)) ? value : ''
  }
  const [from, to] = [date('from'), date('to')]
  return {
    q: word('q'),
    skill: word('skill'),
    when: whens.find((w) => w === search.get('when')) ?? 'any',
    from,
    to: isReversed({ from, to }) ? '' : to,
    upTo: whole(search.get('upTo'), 0, 100_000),
    seats: whole(search.get('seats'), 1, 300),
  }
}

function whole(value: string | null, min: number, max: number): number | undefined {
  if (!value || !/^\d+$/.test(value)) return undefined
  const number = Number(value)
  return number >= min && number <= max ? number : undefined
}

/** The address's query of these filters: only what differs from none, in a fixed order. */
export function toSearch(filters: Filters): string {
  const search = new URLSearchParams()
  const dated = filters.when === 'dates' ? (['from', 'to'] as const) : []
  for (const name of ['q', 'skill', 'when', ...dated, 'upTo', 'seats'] as const) {
    const value = filters[name]
    if (value !== noFilters[name]) search.set(name, String(value))
  }
  return search.toString()
}

/** The last day lies before the first; as they are written, days compare like words. */
export const isReversed = ({ from, to }: Pick<Filters, 'from' | 'to'>): boolean =>
  from !== '' && to !== '' && to < from

export const isFiltered = (filters: Filters): boolean => toSearch(filters) !== ''

type Query = Partial<QueryOf<(typeof sessionRoutes)['list']>>

/** What the server is asked. */
export function toQuery(filters: Filters, now: number): Query {
  const { from, to } = rangeOf(filters, new Date(now))
  return {
    ...(filters.q && { q: filters.q }),
    ...(filters.skill && { skill: filters.skill }),
    ...(from && { from: from.toISOString() }),
    ...(to && { to: to.toISOString() }),
    ...(filters.upTo !== undefined && { maxPricePaise: filters.upTo * 100 }),
    ...(filters.seats !== undefined && { seatsLeft: filters.seats }),
  }
}

interface Range {
  from?: Date
  /** The last instant still meant. */
  to?: Date
}

/** The days meant, in the viewer's zone: a week ends on Sunday night, and on a Sunday the weekend is that day. */
export function rangeOf(filters: Pick<Filters, 'when' | 'from' | 'to'>, now: Date): Range {
  const toSunday = (7 - now.getDay()) % 7
  switch (filters.when) {
    case 'any':
      return {}
    case 'today':
      return { to: endOf(now, 0) }
    case 'week':
      return { to: endOf(now, toSunday) }
    case 'weekend':
      return { from: startOf(now, Math.max(0, toSunday - 1)), to: endOf(now, toSunday) }
    case 'dates':
      return {
        ...(filters.from && { from: new Date(`${filters.from}T00:00`) }),
        ...(filters.to && { to: endOf(new Date(`${filters.to}T00:00`), 0) }),
      }
  }
}

// Through the calendar, not by adding 24 hours: a day of a clock change is shorter or longer.
const startOf = (day: Date, later: number) =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate() + later)
const endOf = (day: Date, later: number) => new Date(startOf(day, later + 1).getTime() - 1)
