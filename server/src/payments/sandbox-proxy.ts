/** Passes `/sandbox/…` on to the payment sandbox, so that its checkout comes from our own origin. Trials only. */
import { request } from 'node:http'
import type { RequestHandler } from 'express'

/** Mounted under `/sandbox`; the paths below it are the sandbox's own. */
export function sandboxProxy(apiUrl: string): RequestHandler {
  return (req, res) => {
    // The path is the visitor's: `//elsewhere/` must stay a path and not become another host.
    const target = new URL(apiUrl)
    const [path = '/', query = ''] = req.url.split(/\?(.*)/s, 2)
    target.pathname = path
    target.search = query
    // Whoever is signed in here is none of its business.
    const { cookie: _, authorization: __, ...headers } = req.headers
    const onward = request(target, { method: req.method, headers: { ...headers, host: target.host } })
    onward.setTimeout(10_000, () => onward.destroy(new Error('the sandbox is silent')))
    onward.on('response', (answer) => {
      // Its pages bring their own policy, which allows our pages to frame them.
      res.removeHeader('x-frame-options')
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    onward.on('error', () => {
      if (res.headersSent) return void res.destroy()
      res
        .status(502)
        .json({ error: { code: 'payment-unavailable', message: 'The sandbox does not answer.' } })
    })
    res.on('close', () => onward.destroy())
    req.pipe(onward)
  }
}
