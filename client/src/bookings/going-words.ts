/** Which seats go when one is given back, which stay, and who hears of it. */
import type { CancelTerms, NamedSeat } from '@peerlearn/contract/cancel-terms'

const list = new Intl.ListFormat('en-GB')

/** Whose seat it is, when it is not the reader's own. */
export const guestOf = ({ name, guestEmail }: NamedSeat): string => name ?? guestEmail ?? 'a guest'

export function seatsWords({ held, goes, stays, returnsTo }: CancelTerms): string {
  if (returnsTo)
    return `Your seat goes back to ${returnsTo}, who bought it. They are told, and can give it to somebody else.`
  if (held) return heldWords(goes)
  const [seat] = goes
  if (!seat) return 'The seat is given back.'
  const [what, news] = seat.own ? ['Your own seat goes.'] : ['Only this seat goes.', newsOf(seat)]
  return [what, stayWords(stays), news].filter(Boolean).join(' ')
}

function heldWords(goes: CancelTerms['goes']): string {
  if (goes.length <= 1) return 'Your seat is given free.'
  const guests = goes.some(({ own }) => !own)
    ? ' Guests are invited once they are paid: none of them was told yet.'
    : ''
  return `They are paid together, so they go together: ${seatsOf(goes)}.${guests}`
}

const stayWords = (stays: CancelTerms['stays']) =>
  stays.length > 0 &&
  `${capital(seatsOf(stays))} ${stays.length === 1 ? 'stays as it is' : 'stay as they are'}.`

function newsOf({ name, guestEmail }: NamedSeat): string {
  if (name) return `${name} is told that you gave it back.`
  return guestEmail
    ? `The link that was mailed to ${guestEmail} ends; nothing else is written to them.`
    : 'Nobody was invited to it.'
}

/** Your seat, and those of Chitra and d@example.com. */
function seatsOf(seats: CancelTerms['goes']): string {
  const guests = seats.filter(({ own }) => !own).map(guestOf)
  const own = seats.length > guests.length && 'your seat'
  if (guests.length === 0) return own || ''
  const theirs = list.format(guests)
  if (own) return `${own} and ${guests.length === 1 ? 'that' : 'those'} of ${theirs}`
  return `the ${guests.length === 1 ? 'seat' : 'seats'} of ${theirs}`
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
