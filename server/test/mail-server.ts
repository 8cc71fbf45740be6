/** A real mail server for tests: it keeps what it takes, and answers recipients as the test says. */
import { SMTPServer, type SMTPServerAddress } from 'smtp-server'
import { closeLater, freePort } from './harness.ts'

export interface Received {
  to: string[]
  raw: string
}

/** @returns the answer to a recipient, such as `451 4.7.1 come back later`; undefined: welcome */
type Answer = (recipient: string) => string | undefined

export interface MailServer {
  url: string
  received: Received[]
  /** How often each recipient was named. */
  asked: (recipient: string) => number
}

export async function startMailServer(answer: Answer = () => undefined): Promise<MailServer> {
  const received: Received[] = []
  const named: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    logger: false,
    onRcptTo({ address }: SMTPServerAddress, _session, done) {
      named.push(address)
      const said = answer(address)
      if (!said) return done()
      done(Object.assign(new Error(said.slice(4)), { responseCode: Number(said.slice(0, 3)) }))
    },
    onData(stream, { envelope }, done) {
      let raw = ''
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('utf8')))
      stream.on('end', () => {
        received.push({ to: envelope.rcptTo.map(({ address }) => address), raw })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  const port = await freePort()
  await new Promise<void>((up) => server.listen(port, '127.0.0.1', up))
  closeLater(() => new Promise((closed) => void server.close(closed)))
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    asked: (recipient) => named.filter((address) => address === recipient).length,
  }
}
