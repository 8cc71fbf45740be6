/** What the bar's buttons and the keys do, once. */
import { keepTaste, readTaste } from './choices.ts'
import type { Desk } from './desk.svelte.ts'
import { faultOf } from './devices.ts'
import { keyOf } from './keys.ts'
import type { LiveRoom } from './live-room.svelte.ts'

export class RoomControls {
  readonly room: LiveRoom
  /** The devices are being chosen, or what is wrong with them is being read. */
  choosingDevices = $state(false)
  /** The receive mode is being chosen. */
  choosingMode = $state(false)
  /** The keys are being looked up. */
  readingKeys = $state(false)
  #shortcuts = $state(readTaste().shortcuts)
  #desk: Desk
  #handBusy = $state(false)

  constructor(room: LiveRoom, desk: Desk) {
    this.room = room
    this.#desk = desk
  }

  get handRaised(): boolean {
    return this.room.facts.state.hands.includes(this.room.userId)
  }

  /** Single keys act, as this person chose for this browser. */
  get shortcuts(): boolean {
    return this.#shortcuts
  }

  set shortcuts(on: boolean) {
    this.#shortcuts = on
    keepTaste({ shortcuts: on })
  }

  /** The hand's change has not been answered yet. */
  get handBusy(): boolean {
    return this.#handBusy
  }

  microphone = async (): Promise<void> => {
    if (!this.room.maySend) return this.#sayStaged()
    const { local } = this.room
    await local.setMicrophone(!local.microphoneOn)
    if (local.faults.microphone) this.choosingDevices = true
  }

  camera = async (): Promise<void> => {
    if (!this.room.maySend) return this.#sayStaged()
    const { local } = this.room
    await local.setCamera(!local.cameraOn)
    if (local.faults.camera) this.choosingDevices = true
  }

  screen = async (): Promise<void> => {
    if (!this.room.maySend) return this.#sayStaged()
    const { local, news, mentor } = this.room
    if (local.screen) return local.stopScreen()
    try {
      await local.startScreen(mentor)
    } catch (error) {
      news.tell(faultOf(error, 'screen').title)
    }
  }

  hand = async (): Promise<void> => {
    if (this.#handBusy) return
    this.#handBusy = true
    await (this.handRaised ? this.room.actions.lowerHand() : this.room.actions.raiseHand())
    this.#handBusy = false
  }

  #sayStaged(): void {
    this.room.news.tell('You watch and listen. Raise your hand (H) to come on stage.')
  }

  readonly #keys: Record<string, () => unknown> = {
    m: this.microphone,
    v: this.camera,
    s: this.screen,
    h: this.hand,
    c: () => this.#desk.togglePanel('chat'),
    p: () => this.#desk.togglePanel('people'),
    '?': () => (this.readingKeys = true),
    escape: () => this.#desk.closePanel(),
  }

  onkeydown = (event: KeyboardEvent): void => {
    const key = keyOf(event) ?? ''
    const act = this.#shortcuts || key === 'escape' ? this.#keys[key] : undefined
    if (!act || this.room.phase.name !== 'in') return
    event.preventDefault()
    act()
  }
}
