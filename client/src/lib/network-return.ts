/** Signs of the browser that the server may be within reach again. */

/** Of Chromium alone, and not in every system. */
interface Connection extends EventTarget {
  type?: string
}

interface Signs {
  /** The network was away and is back. */
  onBack: () => void
  /** Another network, or a page that was frozen: what was begun before hangs. */
  onChanged: () => void
  /** Somebody looks at the page again. */
  onSeen: () => void
}

/** Calls back until the answer is called. */
export function onNetworkReturn({ onBack, onChanged, onSeen }: Signs): () => void {
  const { connection } = navigator as Navigator & { connection?: Connection }
  let type = connection?.type
  const ending = new AbortController()
  const { signal } = ending
  addEventListener('online', onBack, { signal })
  document.addEventListener('resume', onChanged, { signal })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && onSeen(), {
    signal,
  })
  connection?.addEventListener(
    'change',
    () => {
      // It also tells of every new estimate of its speed.
      if (connection.type === type) return
      type = connection.type
      onChanged()
    },
    { signal },
  )
  return () => ending.abort()
}
