import type { LucideIcon } from '@lucide/svelte'

/** A Lucide icon's component, imported deep: `import Mic from '@lucide/svelte/icons/mic'`. */
export type IconComponent = LucideIcon
