/** Where a person hears of what: shown as chosen at once, kept by the server, taken back when that fails. */
import {
  alwaysTold,
  notificationRoutes as routes,
  type NotificationChoice,
  type NotificationKind,
  type NotificationPlaces,
} from '@peerlearn/contract/notifications'
import { call } from '../lib/api.ts'
import { Loaded } from '../lib/loaded.svelte.ts'

export type Place = keyof NotificationPlaces

export const places: readonly { id: Place; label: string }[] = [
  { id: 'app', label: 'App' },
  { id: 'mail', label: 'Mail' },
  { id: 'push', label: 'Push' },
]

/** It can't be switched off. */
export const isFixed = (kind: NotificationKind, place: Place) => kind === alwaysTold && place !== 'push'

export class Choices {
  readonly list = new Loaded(async (signal) => (await call(routes.choices, { signal })).items)
  /** One change after another: the server keeps what was chosen last. */
  #saving: Promise<void> = Promise.resolve()

  /** @throws ApiError; then it is as it was before */
  async choose(kind: NotificationKind, place: Place, wanted: boolean): Promise<void> {
    this.#show(kind, place, wanted)
    const saved = this.#saving.then(() => this.#save(kind))
    this.#saving = saved.catch(() => undefined)
    try {
      await saved
    } catch (error) {
      this.#show(kind, place, !wanted)
      throw error
    }
  }

  #show(kind: NotificationKind, place: Place, wanted: boolean): void {
    const items = this.list.value ?? []
    this.list.set(items.map((item) => (item.kind === kind ? { ...item, [place]: wanted } : item)))
  }

  async #save(kind: NotificationKind): Promise<void> {
    const chosen = this.list.value?.find((item): item is NotificationChoice => item.kind === kind)
    if (chosen) await call(routes.choose, { body: { items: [chosen] } })
  }
}
