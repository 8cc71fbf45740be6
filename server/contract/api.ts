/** Every HTTP route of the product. */
import { adminRoutes } from './admin.ts'
import { bookingRoutes } from './bookings.ts'
import { notificationRoutes } from './notifications.ts'
import { paymentRoutes } from './payments.ts'
import { readinessRoutes } from './readiness.ts'
import { sessionRoutes } from './sessions.ts'
import { turnRoutes } from './turn.ts'
import { userRoutes } from './users.ts'

export const api = {
  users: userRoutes,
  sessions: sessionRoutes,
  bookings: bookingRoutes,
  payments: paymentRoutes,
  notifications: notificationRoutes,
  turn: turnRoutes,
  readiness: readinessRoutes,
  admin: adminRoutes,
}
