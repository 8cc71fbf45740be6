/** The built client, from memory: only files that were there at the start are ever served, so no path leads elsewhere. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'

const compressors = {
  br: (body: Buffer) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (body: Buffer) => promisify(gzip)(body, { level: 9 }),
}
type Encoding = keyof typeof compressors

/** Pictures and fonts are compressed already. */
const compressible = new Set([
  '.html',
  '.js',
  '.css',
  '.svg',
  '.json',
  '.webmanifest',
  '.wasm',
  '.map',
  '.txt',
])
/** Vite names what it builds by its content. */
const hashed = /^\/assets\//

class StaticFile {
  readonly #name: string
  readonly #body: Buffer
  readonly #etag: string
  readonly #encoded = new Map<Encoding, Promise<Buffer>>()

  constructor(name: string, body: Buffer) {
    this.#name = name
    this.#body = body
    this.#etag = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  }

  async send(req: Request, res: Response): Promise<void> {
    const encoding = this.#choose(req)
    res.type(extname(this.#name))
    res.vary('Accept-Encoding')
    res.setHeader(
      'Cache-Control',
      hashed.test(this.#name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    )
    res.setHeader('ETag', `"${this.#etag}${encoding ? `-${encoding}` : ''}"`)
    if (encoding) res.setHeader('Content-Encoding', encoding)
    if (req.fresh) return void res.status(304).end()
    res.send(encoding ? await this.#encode(encoding) : this.#body)
  }

  #choose(req: Request): Encoding | undefined {
    if (this.#body.length < 1024 || !compressible.has(extname(this.#name))) return undefined
    const accepted = req.acceptsEncodings('br', 'gzip')
    return accepted === 'br' || accepted === 'gzip' ? accepted : undefined
  }

  /** Once for each encoding, when the first one asks for it. */
  #encode(encoding: Encoding): Promise<Buffer> {
    const known = this.#encoded.get(encoding) ?? compressors[encoding](this.#body)
    this.#encoded.set(encoding, known)
    return known
  }
}

/** Without a built client (in development another program serves it) there are no pages, and the log says so. */
export function staticClient(folder: string, log: Logger, { trial = false } = {}): RequestHandler {
  if (!existsSync(join(folder, 'index.html'))) {
    log.warn({ folder }, 'no built client in CLIENT_DIR')
    return (_req, _res, next) => next()
  }
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name)
        const name = `/${relative(folder, path).split(sep).join('/')}`
        const body = readFileSync(path)
        return [name, new StaticFile(name, trial && name === '/index.html' ? markTrial(body) : body)]
      }),
  )
  return async (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next()
    const file = files.get(req.path) ?? (isPage(req) ? files.get('/index.html') : undefined)
    if (!file) return next()
    await file.send(req, res)
  }
}

/** Pages of a trial say so: they show where its mails are. */
const markTrial = (page: Buffer) => Buffer.from(page.toString().replace('<html ', '<html data-trial '))

/** A client's own route: what a person opened, neither a file that is missing nor the server's. */
function isPage({ path, headers }: Request): boolean {
  const ours = /^\/(api|health|ws|sandbox|trial)(\/|$)/.test(path)
  return !ours && extname(path) === '' && /text\/html|\*\/\*|^$/.test(headers.accept ?? '')
}
