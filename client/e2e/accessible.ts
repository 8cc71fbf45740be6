/** What a page must be for everybody: reachable by assistive technology, and within the window. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** What of that the page is not just now; `name` says which page it is. */
export async function faultsOf(page: Page, name: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  return [
    ...violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`),
    ...(overflow > 0 ? [`${name}: ${overflow} px wider than the window`] : []),
  ]
}
