/** The secret in a mailed link stands behind the #: no server sees it until the page posts it. */

/** Takes it out of the address, so that neither the history nor a second load brings it back. */
export function takeToken(): string | undefined {
  const token = location.hash.slice(1)
  if (!token) return undefined
  history.replaceState(history.state, '', location.pathname)
  return /^[\w-]{43}$/.test(token) ? token : undefined
}
