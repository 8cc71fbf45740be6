import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import { Conversation } from './conversation.svelte.ts'
import type { News } from './news.svelte.ts'

/** A conversation with a server that refuses with the next of these codes, and says the line when there is none left. */
function talking(refusals: SocketError['code'][]) {
  const said: string[] = []
  const tell = vi.fn()
  const request = ((_method: string, { text }: { text: string }) => {
    const code = refusals.shift()
    if (code) return Promise.reject(new SocketError(code, code))
    said.push(text)
    return Promise.resolve({ seq: said.length })
  }) as unknown as Socket['request'] // it answers this one method
  return { conversation: new Conversation(request, { tell } as unknown as News), said, tell }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('what is written while the server can’t write is said when it can, in order, and nobody is told of a failure', async () => {
  const { conversation, said, tell } = talking(Array.from({ length: 5 }, () => 'not-ready' as const))
  conversation.send('one')
  conversation.send('two')
  await vi.advanceTimersByTimeAsync(500)
  expect(said).toEqual([])
  expect(conversation.unsent.map(([, text]) => text)).toEqual(['one', 'two'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(said).toEqual(['one', 'two'])
  expect(conversation.unsent).toEqual([])
  expect(tell).not.toHaveBeenCalled()
})

it('who writes more than a class can read is told so as long as lines wait, and all of it is said in the end', async () => {
  const { conversation, said, tell } = talking(Array.from({ length: 4 }, () => 'too-many-requests' as const))
  conversation.send('one')
  conversation.send('two')
  await vi.advanceTimersByTimeAsync(500)
  expect([conversation.held, conversation.unsent.length]).toEqual([true, 2])
  await vi.advanceTimersByTimeAsync(20_000)
  expect(said).toEqual(['one', 'two'])
  expect(conversation.held).toBe(false)
  expect(tell).not.toHaveBeenCalled()
})

it('what is on its way when the connection goes waits for the room', async () => {
  const { conversation, said } = talking(['offline'])
  conversation.send('one')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(said).toEqual([])
  conversation.resend([])
  await vi.advanceTimersByTimeAsync(0)
  expect(said).toEqual(['one'])
})

it('a line that is refused is given up and said to be, and keeps nothing from the next', async () => {
  const { conversation, said, tell } = talking(['bad-input'])
  conversation.send('one')
  conversation.send('two')
  await vi.advanceTimersByTimeAsync(0)
  expect(said).toEqual(['two'])
  expect(tell).toHaveBeenCalledWith('Your message was not sent: bad-input')
})
