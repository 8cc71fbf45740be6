/** Every HTTP route of the product. */
import { adminRoutes } from './admin.ts'
import { attendanceRoutes } from './attendance.ts'
import { auditRoutes } from './audit.ts'
import { authRoutes } from './auth.ts'
import { availabilityRoutes } from './availability.ts'
import { bookingRoutes } from './bookings.ts'
import { calendarRoutes } from './calendar.ts'
import { couponRoutes } from './coupons.ts'
import { documentRoutes } from './documents.ts'
import { mentorRoutes } from './mentors.ts'
import { invitationRoutes } from './invitations.ts'
import { jobRoutes } from './jobs.ts'
import { moneyRoutes } from './money.ts'
import { notificationRoutes } from './notifications.ts'
import { packRoutes } from './packs.ts'
import { ownDataRoutes } from './own-data.ts'
import { paymentRoutes } from './payments.ts'
import { payoutRoutes } from './payouts.ts'
import { peopleRoutes } from './people.ts'
import { readinessRoutes } from './readiness.ts'
import { securityRoutes } from './security.ts'
import { seriesRoutes } from './series.ts'
import { sessionRoutes } from './sessions.ts'
import { turnRoutes } from './turn.ts'
import { unsubscribeRoutes } from './unsubscribe.ts'
import { userRoutes } from './users.ts'
import { waitlistRoutes } from './waitlist.ts'

export const api = {
  auth: authRoutes,
  security: securityRoutes,
  users: userRoutes,
  people: peopleRoutes,
  mentors: mentorRoutes,
  ownData: ownDataRoutes,
  sessions: sessionRoutes,
  series: seriesRoutes,
  attendance: attendanceRoutes,
  availability: availabilityRoutes,
  calendar: calendarRoutes,
  bookings: bookingRoutes,
  invitations: invitationRoutes,
  waitlist: waitlistRoutes,
  packs: packRoutes,
  coupons: couponRoutes,
  payments: paymentRoutes,
  payouts: payoutRoutes,
  money: moneyRoutes,
  documents: documentRoutes,
  notifications: notificationRoutes,
  unsubscribe: unsubscribeRoutes,
  turn: turnRoutes,
  readiness: readinessRoutes,
  jobs: jobRoutes,
  audit: auditRoutes,
  admin: adminRoutes,
}
