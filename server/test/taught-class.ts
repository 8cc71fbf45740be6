/** A class that took place, and its end by the mentor. */
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { expect } from 'vitest'
import { giveClass, type Given } from './given-class.ts'
import { eventually, type Person, type TestServer } from './harness.ts'

/** Resolves once its verdict is there. */
export async function teach(server: TestServer, given: Given<Person>): Promise<void> {
  const { db } = server
  const { sessionId, mentor } = given
  await giveClass(db, given)
  await server.api(sessionRoutes.end, { params: { id: sessionId }, body: {} }, mentor)
  await eventually(async () => {
    const verdict = db.selectFrom('session_verdict').select('outcome').where('session_id', '=', sessionId)
    expect(await verdict.execute()).not.toEqual([])
  })
}
