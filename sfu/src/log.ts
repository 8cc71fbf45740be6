/** JSON lines. Parameters of media and secrets never reach a log: what is logged is named field by field. */
import { pino } from 'pino'
import type { Logger } from 'pino'

export type { Logger }

export const makeLog = (level: string): Logger =>
  pino({
    level,
    base: { process: 'sfu' },
    redact: ['*.secret', '*.proof', '*.dtlsParameters', '*.rtpParameters'],
  })
