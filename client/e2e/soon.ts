/** When the classes of these tests are. */
import type { Page } from 'playwright-core'

/**
 * As the field of the form holds it, in the page's own time: a paid class starts about when it was announced, and nobody
 * has a seat in two classes at once. The demo's class of this hour is over by then, and its others are on other days.
 */
export const inNinetyMinutes = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = new Date(Date.now() + 90 * 60_000)
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
  })
