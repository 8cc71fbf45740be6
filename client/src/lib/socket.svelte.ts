/** The page's one socket, as state that components can read. It is open exactly while somebody is signed in. */
import { createSubscriber } from 'svelte/reactivity'
import { userRoutes } from '@peerlearn/contract/users'
import { call } from './api.ts'
import { Socket } from './socket.ts'
import type { SocketReason, SocketState } from './socket.ts'

export const socket = new Socket({
  ticket: async (signal) => (await call(userRoutes.wsTicket, { body: {}, signal })).ticket,
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
}
