/** Before any schema is made: zod would try to compile it by eval, which our Content-Security-Policy refuses and reports. */
import { config } from 'zod'

config({ jitless: true })
