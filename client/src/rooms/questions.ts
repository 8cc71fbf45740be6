/** What is asked before something in the room that can't be undone. */
import { confirm } from '../ui/confirm.svelte.ts'

export const confirmRemoval = (name: string): Promise<boolean> =>
  confirm({
    title: `Remove ${name} from the class?`,
    text: `${name} leaves at once and can’t come back into this class.`,
    action: 'Remove',
    keep: 'Keep in class',
    danger: true,
  })

export const confirmEnd = (people: number): Promise<boolean> =>
  confirm({
    title: 'End the class?',
    text:
      people > 1
        ? `${people === 2 ? 'Both' : `All ${people}`} of you leave, and the class can’t be opened again.`
        : 'The class can’t be opened again.',
    action: 'End class',
    keep: 'Go on teaching',
    danger: true,
  })
