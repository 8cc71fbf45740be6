/**
 * Reminders before class: every minute a job looks who is to be reminded and was not. Nothing is planned ahead, so a session
 * that moves or is cancelled needs nothing undone; a notification's key says that it was done, so a job that dies half-way,
 * runs twice, or runs on two servers at once reminds everybody once.
 */
import type { Db } from '../db.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import type { Note, Notify } from '../notifications/notifications.ts'
import { timeWords } from '../notifications/time-words.ts'
import { findDue, type Due } from './queries.ts'

export const reminderJobs = ({ db, notify }: { db: Db; notify: Notify }): JobHandlers => ({
  'reminders.send': async () => {
    const groups = Map.groupBy(
      await findDue(db),
      ({ key, teaches, timeZone }) => `${key} ${teaches} ${timeZone}`,
    )
    for (const group of groups.values()) {
      const [first] = group
      if (first)
        await notify(
          group.map(({ userId }) => userId),
          toNote(first),
        )
    }
  },
})

function toNote({ sessionId, title, startsAt, when, key, timeZone, teaches }: Due): Note {
  const time = timeWords(startsAt, timeZone)
  const get = teaches
    ? 'Open it a few minutes before, to see who is ready.'
    : 'Check your connection, microphone and camera before: it takes a minute.'
  return {
    kind: 'reminder',
    key,
    title: when === 'soon' ? `“${title}” begins soon` : `“${title}” is coming up`,
    message: `${teaches ? 'You teach it' : 'It begins'} on ${time}.`,
    mailParagraphs: [`“${title}” begins on ${time}.`, get],
    link: `/sessions/${sessionId}`,
  }
}
