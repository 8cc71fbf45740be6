/** The icon that goes with each state, so that colour is never alone. */
import CircleAlert from '@lucide/svelte/icons/circle-alert'
import CircleCheck from '@lucide/svelte/icons/circle-check'
import Info from '@lucide/svelte/icons/info'
import TriangleAlert from '@lucide/svelte/icons/triangle-alert'

export const stateIcons = { info: Info, good: CircleCheck, warn: TriangleAlert, bad: CircleAlert }
export type StateKind = keyof typeof stateIcons
