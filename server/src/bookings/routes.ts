import { bookingRoutes as routes } from '@peerlearn/contract/bookings'
import { couponRoutes as coupons } from '@peerlearn/contract/coupons'
import { invitationRoutes as invitations } from '@peerlearn/contract/invitations'
import { packRoutes as packs } from '@peerlearn/contract/packs'
import { waitlistRoutes as waitlist } from '@peerlearn/contract/waitlist'
import { on, type Binding } from '../http.ts'
import { findPlaces } from '../sessions/waiting.ts'
import { bookSeats, type BookingDeps } from './bookings.ts'
import { readCancelTerms } from './cancel-terms.ts'
import { cancelBooking } from './cancelling.ts'
import { endCoupon, findCoupons, makeCoupon, quoteSeats } from './coupons.ts'
import { readInvitation, sendInvitationTo, takeInvitation } from './invitations.ts'
import { findMoveTargets, moveBooking } from './moving.ts'
import { buyPack, endOffer, findOffers, findPacks, offerPack } from './packs.ts'
import { getPurchase } from './purchase-queries.ts'
import { findBookedSessions } from './queries.ts'
import { acceptOffer, joinWaitlist, leaveWaitlist } from './waitlist.ts'

export const bookingRoutes = (deps: BookingDeps): Binding[] => [
  on(routes.book, ({ params, who, body }) => bookSeats(deps, { sessionId: params.id, who, wish: body })),
  on(routes.quote, ({ params, query }) => quoteSeats(deps.db, params.id, query)),
  on(routes.purchase, ({ params, who }) => getPurchase(deps.db, params.id, who.userId)),
  on(routes.mine, async ({ who }) => ({ items: await findBookedSessions(deps.db, who.userId) })),
  on(routes.cancelTerms, ({ params, who }) => readCancelTerms(deps, { bookingId: params.id, who })),
  on(routes.cancel, ({ params, who }) => cancelBooking(deps, { bookingId: params.id, who })),
  on(routes.moveTargets, async ({ params, who }) => ({
    items: await findMoveTargets(deps, { bookingId: params.id, who }),
  })),
  on(routes.move, ({ params, who, body }) =>
    moveBooking(deps, { bookingId: params.id, who }, body.sessionId),
  ),
  on(invitations.send, ({ params, who, body }) =>
    sendInvitationTo(deps, { bookingId: params.id, who, email: body.email }),
  ),
  on(invitations.read, ({ body }) => readInvitation(deps, body.token)),
  on(invitations.take, ({ who, body }) => takeInvitation(deps, { who, token: body.token })),
  on(waitlist.join, ({ params, who }) => joinWaitlist(deps, { sessionId: params.id, who })),
  on(waitlist.mine, async ({ who }) => ({ items: await findPlaces(deps.db, who.userId) })),
  on(waitlist.leave, ({ params, who }) => leaveWaitlist(deps, { sessionId: params.id, who })),
  on(waitlist.accept, ({ params, who, body }) => acceptOffer(deps, { sessionId: params.id, who }, body)),
  on(packs.offers, async ({ params }) => ({ items: await findOffers(deps.db, params.id) })),
  on(packs.offer, ({ who, body }) => offerPack(deps.db, who, body)),
  on(packs.endOffer, ({ params, who }) => endOffer(deps.db, who, params.id)),
  on(packs.buy, ({ params, who }) => buyPack(deps.db, who, params.id)),
  on(packs.mine, async ({ who }) => ({ items: await findPacks(deps.db, who.userId) })),
  on(coupons.mine, async ({ who }) => ({ items: await findCoupons(deps.db, who.userId) })),
  on(coupons.make, ({ who, body }) => makeCoupon(deps.db, who, body)),
  on(coupons.end, ({ params, who }) => endCoupon(deps.db, who, params.id)),
]
