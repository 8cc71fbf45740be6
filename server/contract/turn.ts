/** ICE servers: TURN with credentials that live five minutes (coturn's use-auth-secret). */
import { z } from 'zod'
import { route } from './route.ts'

export const iceServer = z
  .strictObject({
    urls: z.array(z.string()),
    username: z.string().optional(),
    credential: z.string().optional(),
  })
  .meta({ id: 'IceServer' })
export type IceServer = z.infer<typeof iceServer>

export const turnRoutes = {
  iceServers: route({
    method: 'get',
    path: '/api/webrtc/ice-servers',
    access: 'signed-in',
    limit: 'webrtc',
    summary: 'TURN servers with credentials bound to me, valid for five minutes',
    response: z.strictObject({ iceServers: z.array(iceServer), expiresIn: z.number().int() }),
  }),
}
