/** npm run dev: Vite serves the client's sources and reloads the page; everything else goes to the server behind it. */
import { join } from 'node:path'
import { createServer } from 'vite'
import { ROOT } from '../setup/run.mjs'

const target = `http://127.0.0.1:${process.env['SERVER_PORT']}`
const proxied = { target, ws: false }

const vite = await createServer({
  root: join(ROOT, 'client'),
  clearScreen: false,
  server: {
    port: Number(process.env['PORT']),
    strictPort: true,
    host: true,
    proxy: {
      '/api': proxied,
      '/health': proxied,
      '/sandbox': proxied,
      '/trial': proxied,
      '/ws': { target, ws: true },
    },
  },
})
await vite.listen()
process.on('SIGTERM', () => void vite.close().then(() => process.exit(0)))
