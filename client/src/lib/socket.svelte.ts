/** The page's one socket, as state that components can read. It is open exactly while somebody is signed in. */
import { untrack } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'
import { authRoutes } from '@peerlearn/contract/auth'
import { access } from './access.ts'
import { call } from './api.ts'
import { Socket } from './socket.ts'
import type { SocketReason, SocketState } from './socket.ts'

export const socket = new Socket({
  ticket: async (signal) => (await call(authRoutes.wsTicket, { body: {}, signal })).ticket,
})

const subscribe = createSubscriber((update) => socket.onState(update))

/** `link.state` and `link.reason` of the socket, drawn anew when they change. */
export const link = {
  get state(): SocketState {
    subscribe()
    return socket.state
  },
  get reason(): SocketReason {
    subscribe()
    return socket.reason
  },
}

/** Opens the socket when somebody signs in and closes it when they leave: call it once, from the shell's script. */
export function keepSocketOpen(personId: () => string | undefined): void {
  // Derived: a renewed token of the same person must not reconnect.
  const person = $derived(personId())
  $effect(() => {
    if (!person) return
    socket.open()
    return () => socket.close()
  })
  // The server says that this login has ended: if so, the whole page says it; if not, the socket comes back.
  $effect(() => {
    if (person && link.reason === 'signed-out') untrack(() => void askAgain())
  })
}

/** So often at most, should the server keep saying both. */
const askEveryMs = 10_000
let askedAt = -Infinity

async function askAgain(): Promise<void> {
  if (performance.now() - askedAt < askEveryMs) return
  askedAt = performance.now()
  // Out of reach: the next request of the page asks again.
  const token = await access.refresh().catch(() => undefined)
  if (token) socket.open()
}
