/** A learner whose network goes away for some seconds: what they read, and what the others see. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApart, type Apart } from './apart.ts'
import { joinRoom, openPanel, peopleNames } from './in-room.ts'
import { newMember, seesPictures, type Person } from './person.ts'

let apart: Apart
let mentor: Person
let learner: Person

beforeAll(async () => {
  apart = await startApart('black')
  const { url, demo } = apart.product
  mentor = await newMember(apart.mentors, url, demo.mentor)
  learner = await newMember(apart.learners, url, demo.learners[0])
  await joinRoom(mentor, demo.liveSessionId)
  await joinRoom(learner, demo.liveSessionId)
})

afterAll(() => apart?.close())

/** What the mentor reads of the learner's link. */
const link = () => {
  const rows = mentor.page.getByRole('list', { name: 'In the room' }).getByRole('listitem')
  return rows.filter({ hasNotText: '(you)' }).locator('.state')
}

it('tells the learner that it is their network, and the others that they are reconnecting', async () => {
  await seesPictures(learner.page, 1)
  await seesPictures(mentor.page, 1)
  const names = await peopleNames(mentor.page)
  await openPanel(mentor.page, 'People')
  await link()
    .getByText(/^Good connection/)
    .waitFor()
  apart.block({ udp: true, tcpPorts: '1-65535' })
  await learner.page.getByText(/Your network was interrupted/).waitFor()
  await mentor.page.locator('[data-source="camera"]').getByText('Reconnecting…').waitFor()
  await link().getByText('Reconnecting: their network is away').waitFor()
  expect(await peopleNames(mentor.page)).toEqual(names)
})

it('says that they are back, for a moment, once the pictures move again', async () => {
  apart.block({ udp: false })
  const back = learner.page.getByText('You’re back in the class.')
  await back.waitFor()
  await seesPictures(learner.page, 1)
  await seesPictures(mentor.page, 1)
  await back.waitFor({ state: 'hidden' })
  await link()
    .getByText(/^Good connection/)
    .waitFor()
  expect(mentor.problems).toEqual([])
})
