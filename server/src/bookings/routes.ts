import { bookingRoutes as routes } from '@peerlearn/contract/bookings'
import { on, type Binding } from '../http.ts'
import { bookSeat, cancelBooking, type BookingDeps } from './bookings.ts'
import { findBookedSessions } from './queries.ts'

export const bookingRoutes = (deps: BookingDeps): Binding[] => [
  on(routes.book, ({ params, who }) => bookSeat(deps, { sessionId: params.id, who })),
  on(routes.mine, async ({ who }) => ({ items: await findBookedSessions(deps.db, who.userId) })),
  on(routes.cancel, ({ params, who }) => cancelBooking(deps, { bookingId: params.id, who })),
]
