/** Joining the waitlist, and leaving it, which is asked back: the place is lost. */
import { confirm } from '../ui/confirm.svelte.ts'
import type { SessionView } from './session-view.svelte.ts'

/** @returns what that came to, in words */
export async function joinWaitlist(view: SessionView): Promise<string> {
  const { place } = await view.wait()
  return place === 1 ? 'You are the first to be asked.' : `You are number ${place} on the waitlist.`
}

/** `offered`: a seat is kept for the viewer just now. @returns what that came to, in words; undefined when they stay */
export async function leaveWaitlist(
  view: Pick<SessionView, 'leave'>,
  offered: boolean,
): Promise<string | undefined> {
  const yes = await confirm({
    title: offered ? 'Let the seat go?' : 'Leave the waitlist?',
    text: offered
      ? 'It is offered to the next. You can wait again, at the end of the queue.'
      : 'You lose your place. You can wait again, at the end of the queue.',
    action: offered ? 'Let it go' : 'Leave the waitlist',
    keep: offered ? 'Keep it' : 'Go on waiting',
    danger: true,
  })
  if (!yes) return undefined
  await view.leave()
  return offered ? 'The seat goes to the next.' : 'You wait no longer.'
}
