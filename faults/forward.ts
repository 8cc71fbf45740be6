/** `forward.ts HOST:PORT HOST:PORT`: hands every TCP connection to the first on to the second. Says `on` when it listens. */
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'

const place = (text = '') => ({ host: text.split(':')[0], port: Number(text.split(':')[1]) })
const [from, to] = [place(process.argv[2]), place(process.argv[3])]

createServer((caller) => {
  const other = connect({ ...to, noDelay: true })
  caller.setNoDelay(true)
  // One end's end is the other's.
  pipeline(caller, other, () => other.destroy())
  pipeline(other, caller, () => caller.destroy())
}).listen(from, () => console.log('on'))
