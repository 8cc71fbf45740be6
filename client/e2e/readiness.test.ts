import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { startApart, type Apart } from './apart.ts'
import { joinRoom } from './in-room.ts'
import { newMember, seesPictures } from './person.ts'

let apart: Apart

beforeAll(async () => {
  apart = await startApart('ready')
})

afterAll(() => apart?.close())

const newMentor = () => newMember(apart.mentors, apart.product.url, apart.product.demo.mentor)
const newLearner = (at: 0 | 1 | 2) =>
  newMember(apart.learners, apart.product.url, apart.product.demo.learners[at])
const sessionId = () => apart.product.demo.liveSessionId

/** Makes the check and answers its line, with the milliseconds that it took. */
async function check(page: Page): Promise<{ line: string; ms: number }> {
  const began = Date.now()
  await page.getByRole('button', { name: /Start the check|Check again/ }).click()
  await page.getByRole('button', { name: 'Stop' }).waitFor()
  await page.getByRole('button', { name: 'Check again' }).waitFor()
  const ms = Date.now() - began
  return { line: await page.locator('.notice strong').first().innerText(), ms }
}

const lineOf = async (page: Page, name: string) =>
  (await page.locator('.line', { hasText: name }).locator('dd').innerText()).trim()

it('tells a learner that all is well, and their mentor too', async () => {
  apart.block({ udp: false })
  const bala = await newLearner(0)
  const chitra = await newLearner(1)
  await chitra.page.goto(`/sessions/${sessionId()}`)
  await chitra.page.getByRole('button', { name: 'Book free seat' }).click()
  await chitra.page.getByRole('link', { name: 'Check your connection' }).waitFor()
  await bala.page.goto('/ready')
  const { line, ms } = await check(bala.page)
  expect(line).toMatch(/^You’re good: direct connection, [\d.]+ Mbit\/s down$/)
  expect(ms).toBeLessThan(12_000)
  expect(await lineOf(bala.page, 'Microphone')).toBe('heard')
  expect(await lineOf(bala.page, 'Camera')).toBe('works')
  expect(await lineOf(bala.page, 'over UDP')).toMatch(/^open in \d+ ms$/)
  expect(await lineOf(bala.page, 'over TCP')).toMatch(/^open in \d+ ms$/)
  expect(await lineOf(bala.page, 'TURN')).toMatch(/^open in \d+ ms$/)
  await bala.page.getByText(/Kept with/).waitFor()
  // It can be made again, and stopped.
  await bala.page.getByRole('button', { name: 'Check again' }).click()
  await bala.page.getByRole('button', { name: 'Stop' }).click()
  await bala.page.getByRole('button', { name: /Start the check|Check again/ }).waitFor()
  expect((await check(bala.page)).line).toMatch(/^You’re good/)

  const mentor = await newMentor()
  await mentor.page.goto(`/sessions/${sessionId()}`)
  const board = mentor.page.getByRole('region', { name: 'Who is ready' })
  await board.getByText('1 is ready').first().waitFor()
  await board.getByText('1 has not tried').first().waitFor()

  // Without UDP the same learner comes by TCP; without the media's ports, through TURN.
  apart.block({ udp: true })
  const tcp = await check(bala.page)
  expect(tcp.line).toMatch(/^You’re good: direct connection over TCP, /)
  expect(tcp.ms).toBeLessThan(12_000)
  apart.block({ udp: true, tcpPorts: '40000-49151' })
  const turn = await check(bala.page)
  expect(turn.line).toMatch(/^You can join: connection through a relay, /)
  expect(turn.ms).toBeLessThan(12_000)
  await board.getByRole('button', { name: 'Refresh' }).click()
  await board.getByText('1 will be on TURN').first().waitFor()
  await board.getByText('TURN over TCP').waitFor()

  // And with no way at all, plain words; it works again afterwards.
  apart.block({ udp: true, tcpPorts: '{ 1024-2999, 3001-65535 }' })
  const none = await check(bala.page)
  expect(none.line).toBe('Your network lets no class through')
  apart.block({ udp: false })
  expect((await check(bala.page)).line).toMatch(/^You’re good/)
  expect([...bala.problems, ...chitra.problems, ...mentor.problems]).toEqual([])
  await Promise.all([bala.leave(), chitra.leave(), mentor.leave()])
})

it('tells it in the green room in one line, and never holds up the click on Join', async () => {
  // Not who has checked so often in the last minute that the server asks them to wait.
  const [chitra, mentor] = [await newLearner(1), await newMentor()]
  await chitra.page.goto(`/sessions/${sessionId()}/room`)
  await chitra.page.getByText('Checking your connection').waitFor()
  await chitra.page.getByText(/You’re good: direct connection, [\d.]+ Mbit\/s down/).waitFor()

  await joinRoom(mentor, sessionId())
  await chitra.page.reload()
  await chitra.page.getByText('Checking your connection').waitFor()
  await chitra.page.getByRole('button', { name: 'Join', exact: true }).click()
  await chitra.page.getByRole('toolbar', { name: 'Class controls' }).waitFor()
  await seesPictures(chitra.page, 1)
  expect([...chitra.problems, ...mentor.problems]).toEqual([])
  await Promise.all([chitra.leave(), mentor.leave()])
})
