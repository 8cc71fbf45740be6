/** What a person does and reads in the room, by the names that a screen reader would say. */
import type { Page } from 'playwright-core'
import type { Person } from './person.ts'

/** Opens the room's page and clicks Join as soon as it can be. */
export async function joinRoom({ page }: Person, sessionId: string): Promise<void> {
  await page.goto(`/sessions/${sessionId}/room`)
  await page.getByRole('button', { name: 'Join', exact: true }).click()
  await page.getByRole('toolbar', { name: 'Class controls' }).waitFor()
}

export async function openPanel(page: Page, name: 'Chat' | 'People'): Promise<void> {
  const panel = page.getByRole('complementary', { name })
  if (await panel.isVisible()) return
  await page
    .getByRole('toolbar')
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click()
  await panel.waitFor()
}

export async function say(page: Page, words: string): Promise<void> {
  await openPanel(page, 'Chat')
  await page.getByLabel('Message', { exact: true }).fill(words)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
}

/** What was said, oldest first. */
export async function chatLines(page: Page): Promise<string[]> {
  await openPanel(page, 'Chat')
  const log = page.getByRole('log', { name: 'Messages' })
  return (await log.locator('.line:not(.unsent) .text').allInnerTexts()).map((words) => words.trim())
}

/** Names in one of the people panel's lists, in the room's order. */
export async function namesIn(page: Page, list: string): Promise<string[]> {
  await openPanel(page, 'People')
  return page.getByRole('list', { name: list }).locator('.name > span:first-child').allInnerTexts()
}

export const peopleNames = (page: Page) => namesIn(page, 'In the room')

/** Names of raised hands, first raised first. */
export const handsRaised = (page: Page) => namesIn(page, 'Raised hands')

/** Books a free seat on the session's page. */
export async function bookSeat(page: Page, sessionId: string): Promise<void> {
  await page.goto(`/sessions/${sessionId}`)
  await page.getByRole('button', { name: 'Book free seat' }).click()
  await page.getByRole('link', { name: 'Get ready' }).waitFor()
}

/** Chooses how to receive, by the mode's name. */
export async function chooseMode(page: Page, mode: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Data and quality' }).click()
  const dialog = page.getByRole('dialog', { name: 'Data and quality' })
  await dialog.locator('label', { has: page.getByText(mode, { exact: true }) }).click()
  await dialog.getByRole('button', { name: 'Close' }).click()
}
