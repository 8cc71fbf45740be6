/** What this person's own devices give: microphone, camera, screen; whether each is on, and why one is not. */
import { keepChoices, readChoices } from './choices.ts'
import type { Choices } from './choices.ts'
import { faultOf, listDevices, onDevicesChanged, openCamera, openMicrophone, openScreen } from './devices.ts'
import type { DeviceFaults, DeviceKind, DeviceLists, ScreenTracks } from './devices.ts'
import type { WantedSources } from './outgoing.ts'

type Own = 'microphone' | 'camera'

const openers = { microphone: openMicrophone, camera: openCamera }

export class LocalMedia {
  /** The microphone is open to a check, whatever was chosen last: nothing of it is sent. */
  readonly #tried: boolean
  /** Called after every change of what could be sent. */
  onChange: () => void = () => undefined
  #choices = $state.raw<Choices>(readChoices())
  #lists = $state.raw<DeviceLists>({ microphone: [], camera: [], speaker: [] })
  #microphone = $state.raw<MediaStreamTrack | null>(null)
  #camera = $state.raw<MediaStreamTrack | null>(null)
  #screen = $state.raw<ScreenTracks | null>(null)
  #faults = $state.raw<DeviceFaults>({})
  /** Grows with every wish for a device, so that a slow answer to an older one is dropped. */
  #asked = { microphone: 0, camera: 0 }
  #stopListening = onDevicesChanged(() => void this.#list())
  #closed = false
  /** May anything be sent? Off stage nothing is opened. */
  #allowed = true

  constructor({ tried = false } = {}) {
    this.#tried = tried
  }

  get lists(): DeviceLists {
    return this.#lists
  }

  get chosen(): Choices['devices'] {
    return this.#choices.devices
  }

  /** The open microphone, muted or not. */
  get microphone(): MediaStreamTrack | null {
    return this.#microphone
  }

  get camera(): MediaStreamTrack | null {
    return this.#camera
  }

  get screen(): ScreenTracks | null {
    return this.#screen
  }

  get microphoneOn(): boolean {
    return this.#choices.microphoneOn && this.#microphone !== null
  }

  get cameraOn(): boolean {
    return this.#choices.cameraOn && this.#camera !== null
  }

  get faults(): DeviceFaults {
    return this.#faults
  }

  /**
   * Off stage the devices are closed. Coming on stage opens none by itself: the person turns on what they want to send.
   * What they chose for other classes stays remembered.
   */
  allow(allowed: boolean): void {
    if (allowed === this.#allowed) return
    this.#allowed = allowed
    if (allowed) return
    this.#choices = { ...this.#choices, microphoneOn: false, cameraOn: false }
    this.#close('microphone')
    this.#close('camera')
    if (this.#screen) this.stopScreen()
    else this.onChange()
  }

  /** Opens what was chosen last; what cannot be opened is in `faults`. One question to the person, not two. */
  async open(): Promise<void> {
    if (!this.#allowed || this.#closed) return
    await Promise.all([this.#open('microphone'), this.#choices.cameraOn && this.#open('camera')])
    await this.#list()
  }

  /** Tries again what could not be opened. */
  async retryAll(): Promise<void> {
    const failed = (['microphone', 'camera'] as const).filter((device) => this.#faults[device])
    for (const device of failed) this.#choose({ [`${device}On`]: true })
    await Promise.all(failed.map((device) => this.#open(device)))
    await this.#list()
  }

  async setMicrophone(on: boolean): Promise<void> {
    if (!this.#allowed) return
    this.#choose({ microphoneOn: on })
    if (on && !this.#microphone) await this.#openLate('microphone')
    if (this.#microphone) this.#microphone.enabled = on
    this.onChange()
  }

  /** Off closes the camera, so that its light goes out. */
  async setCamera(on: boolean): Promise<void> {
    if (!this.#allowed) return
    this.#choose({ cameraOn: on })
    if (on && !this.#camera) await this.#openLate('camera')
    else if (!on) this.#close('camera')
    this.onChange()
  }

  /** Changes to another device without leaving. */
  async choose(kind: DeviceKind, id: string): Promise<void> {
    this.#choose({ devices: { ...this.chosen, [kind]: id } })
    if (kind === 'microphone' || (kind === 'camera' && this.#choices.cameraOn)) await this.#open(kind)
  }

  /** Lets the person pick a screen. Throws what `faultOf(error, 'screen')` explains. */
  async startScreen(withAudio: boolean): Promise<void> {
    if (!this.#allowed) return
    const screen = await openScreen(withAudio)
    if (!screen) return
    // Picking takes as long as the person likes.
    if (this.#closed || !this.#allowed) return stopAll(screen)
    if (this.#screen) stopAll(this.#screen)
    // The browser's own "Stop sharing" bar.
    screen.video.addEventListener('ended', () => this.#screen === screen && this.stopScreen())
    this.#screen = screen
    this.onChange()
  }

  stopScreen(): void {
    if (this.#screen) stopAll(this.#screen)
    this.#screen = null
    this.onChange()
  }

  /** What to send; a person who may send one picture sends the screen instead of the camera. */
  wanted(onePicture: boolean): WantedSources {
    if (!this.#allowed) return {}
    const screen = this.#screen
    const cameraAway = onePicture && screen !== null
    return {
      microphone: { track: this.#microphone, paused: !this.microphoneOn },
      ...(!cameraAway && { camera: { track: this.#camera, paused: !this.cameraOn } }),
      ...(screen && { screen: { track: screen.video, paused: false } }),
      ...(screen?.audio && { 'screen-audio': { track: screen.audio, paused: false } }),
    }
  }

  close(): void {
    this.#closed = true
    this.onChange = () => undefined
    this.#stopListening()
    this.#close('microphone')
    this.#close('camera')
    if (this.#screen) this.stopScreen()
  }

  /** The browser may be asked for the first time, and then tells the devices' names. */
  async #openLate(device: Own): Promise<void> {
    await this.#open(device)
    await this.#list()
  }

  async #open(device: Own): Promise<void> {
    const asked = ++this.#asked[device]
    const current = () => asked === this.#asked[device] && !this.#closed && this.#allowed
    try {
      const track = await openers[device](this.chosen[device])
      if (current()) this.#take(device, track)
      else track.stop()
    } catch (error) {
      if (!current()) return
      this.#close(device)
      this.#faults = { ...this.#faults, [device]: faultOf(error, device) }
      this.onChange()
    }
  }

  #take(device: Own, track: MediaStreamTrack): void {
    this.#close(device, false)
    this.#faults = { ...this.#faults, [device]: undefined }
    if (device === 'microphone') {
      track.enabled = this.#tried || this.#choices.microphoneOn
      this.#microphone = track
    } else this.#camera = track
    // Pulled out, or taken by the system: the browser's next device takes over, or the fault says so.
    track.addEventListener('ended', () => this.#present(device) === track && void this.#open(device))
    this.onChange()
  }

  #present(device: Own): MediaStreamTrack | null {
    return device === 'microphone' ? this.#microphone : this.#camera
  }

  #close(device: Own, forget = true): void {
    if (forget) this.#asked[device]++
    const track = this.#present(device)
    if (device === 'microphone') this.#microphone = null
    else this.#camera = null
    track?.stop()
  }

  #choose(change: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...change }
    keepChoices(this.#choices)
  }

  async #list(): Promise<void> {
    this.#lists = await listDevices()
  }
}

function stopAll({ video, audio }: ScreenTracks): void {
  video.stop()
  audio?.stop()
}
