/** What a mentor does with the class itself, asked back where it can't be undone. */
import { go } from '../lib/go.ts'
import { momentInside } from '../lib/time.ts'
import { confirm } from '../ui/confirm.svelte.ts'
import { startWindowMs } from './next-step.ts'
import type { SessionView } from './session-view.svelte.ts'

export async function startClass(view: SessionView, startsAt: string): Promise<void> {
  const early = Date.parse(startsAt) - Date.now() > startWindowMs
  const yes =
    !early ||
    (await confirm({
      title: 'Start this class now?',
      text: `It is planned for ${momentInside(startsAt, Date.now())}. Everybody with a seat is told that it has started.`,
      action: 'Start now',
      keep: 'Not yet',
    }))
  if (!yes) return
  await view.start()
  go(`/sessions/${view.id}/room`)
}

export async function endClass(view: SessionView): Promise<void> {
  const yes = await confirm({
    title: 'End the class for all?',
    text: 'Everybody leaves the room, and it can’t be opened again.',
    action: 'End class',
    keep: 'Go on teaching',
    danger: true,
  })
  if (yes) await view.end()
}
