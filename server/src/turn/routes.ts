import { turnRoutes } from '@peerlearn/contract/turn'
import { on, type Binding } from '../http.ts'
import { credentialSeconds, iceServersFor, type TurnSettings } from './turn.ts'

export const bindTurn = (settings: TurnSettings): Binding[] => [
  on(turnRoutes.iceServers, ({ who, req }) =>
    Promise.resolve({
      iceServers: iceServersFor(settings, who.userId, req.hostname),
      expiresIn: credentialSeconds,
    }),
  ),
]
