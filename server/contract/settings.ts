/** What the settings of the server and of the media node have in common. Each program reads its own, in its config.ts. */
import { z } from 'zod'

/** The environment is not usable; `problems` names each setting at fault. */
export class ConfigError extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`The settings are not usable:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** `127.0.0.1:9464`, `[::1]:9464` */
export const listenAddress = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be an address and a port, such as 127.0.0.1:9464')
  .transform((value) => {
    const colon = value.lastIndexOf(':')
    return { host: value.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(value.slice(colon + 1)) }
  })
  .refine(({ port }) => port <= 65535, 'the port is too large')

export const secret = z.string().min(16, 'needs at least 16 characters')

/** What production refuses as a secret: it looks like the example that it was copied from. */
export const weakSecret = /^(.)\1+$|secret|password|changeme|example|default|^0123|^1234/i
