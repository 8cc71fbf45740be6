/** Walks to a path of the product that is only known when it runs: where one came from, a notice's link. */
import { navigate } from '../routes.ts'

interface Manner {
  /** In place of the present entry of the history. */
  replace?: boolean
  /** Stays where the page is scrolled to. */
  stay?: boolean
}

export function go(to: string, { replace = false, stay = false }: Manner = {}): void {
  const { pathname, search, hash } = new URL(to, location.origin)
  const path = pathname as '/' // the router's own type lists the paths that are known beforehand
  void navigate(path, { search, hash, replace, ...(stay && { scrollToTop: false }) })
}
