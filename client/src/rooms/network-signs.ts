/** Signs of the browser that the network changed. No Svelte. */

/** Of Chromium alone, and not in every system. */
interface Connection extends EventTarget {
  type?: string
}

const tickMs = 1000
/** A page whose clock stood still was frozen, and so were its connections. */
const frozenMs = 5000

interface Signs {
  /** The network is another one, or back: act at once. */
  changed: () => void
  /** Something happened: look closely. */
  doubtful: () => void
}

/** Calls back until the answer is called. */
export function onNetworkSigns({ changed, doubtful }: Signs): () => void {
  const connection = (navigator as Navigator & { connection?: Connection }).connection
  let type = connection?.type
  const onConnection = () => {
    // It also tells of every new estimate of its speed.
    const another = connection?.type !== type
    type = connection?.type
    if (another) changed()
    else doubtful()
  }
  let last = Date.now()
  const tick = setInterval(() => {
    const now = Date.now()
    if (now - last > frozenMs && document.visibilityState === 'visible') changed()
    last = now
  }, tickMs)
  const seen = () => document.visibilityState === 'visible' && doubtful()
  addEventListener('online', changed)
  document.addEventListener('resume', changed)
  document.addEventListener('visibilitychange', seen)
  connection?.addEventListener('change', onConnection)
  return () => {
    clearInterval(tick)
    removeEventListener('online', changed)
    document.removeEventListener('resume', changed)
    document.removeEventListener('visibilitychange', seen)
    connection?.removeEventListener('change', onConnection)
  }
}
