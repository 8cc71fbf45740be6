/** Push on this device: what the browser allows, and whether the server sends here. */
import { notificationRoutes as routes } from '@peerlearn/contract/notifications'
import { call, wordsOf } from '../lib/api.ts'

/** Whose device this is, as far as push goes: it goes on for them at their next sign-in, and for nobody else. */
const key = 'peerlearn.push'

export type DeviceState =
  | 'loading'
  | 'on'
  | 'off'
  /** The person refused it in the browser: only there can it be changed. */
  | 'denied'
  /** The browser can't, or the deployment has no push. */
  | 'impossible'

const able = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window

const findRegistration = () => navigator.serviceWorker.getRegistration('/push-worker.js')

async function findSubscription(): Promise<PushSubscription | undefined> {
  const registration = able() ? await findRegistration() : undefined
  return (await registration?.pushManager.getSubscription()) ?? undefined
}

/** The subscription as the server takes it. */
function toBody(subscription: PushSubscription) {
  const { endpoint = '', keys = {} } = subscription.toJSON()
  return { endpoint, keys: { p256dh: keys['p256dh'] ?? '', auth: keys['auth'] ?? '' } }
}

/** Goes on with push on the device of somebody who had it here before they signed in again. */
export async function renewPush(userId: string): Promise<void> {
  if (localStorage.getItem(key) !== userId || !able() || Notification.permission !== 'granted') return
  const subscription = await findSubscription()
  // Should it fail, the settings page tells that push is off, and the next visit tries again.
  if (subscription) await call(routes.subscribe, { body: toBody(subscription) }).catch(() => undefined)
}

export class Device {
  #state = $state<DeviceState>('loading')
  #failure = $state<string>()
  #busy = $state(false)
  #publicKey: string | null = null

  get state(): DeviceState {
    return this.#state
  }
  get failure(): string | undefined {
    return this.#failure
  }
  get busy(): boolean {
    return this.#busy
  }

  async load(): Promise<void> {
    await this.#try(async () => {
      const subscription = await findSubscription()
      const { publicKey, here } = await call(routes.push, {
        query: subscription ? { endpoint: subscription.endpoint } : {},
      })
      this.#publicKey = publicKey
      this.#state = publicKey === null || !able() ? 'impossible' : here ? 'on' : offState()
    })
  }

  /** Asks the person in the browser, and subscribes. */
  async turnOn(userId: string): Promise<void> {
    await this.#try(async () => {
      const permission = await Notification.requestPermission()
      if (permission !== 'granted' || this.#publicKey === null) return void (this.#state = offState())
      const subscription = await subscribe(this.#publicKey)
      await call(routes.subscribe, { body: toBody(subscription) })
      localStorage.setItem(key, userId)
      this.#state = 'on'
    })
  }

  async turnOff(): Promise<void> {
    await this.#try(async () => {
      const subscription = await findSubscription()
      if (subscription) {
        await call(routes.unsubscribe, { body: { endpoint: subscription.endpoint } })
        await subscription.unsubscribe()
      }
      localStorage.removeItem(key)
      this.#state = offState()
    })
  }

  async #try(run: () => Promise<void>): Promise<void> {
    this.#busy = true
    this.#failure = undefined
    try {
      await run()
    } catch (error) {
      this.#failure = error instanceof DOMException ? noService : wordsOf(error)
      if (this.#state === 'loading') this.#state = 'off'
    } finally {
      this.#busy = false
    }
  }
}

const noService =
  'This browser could not subscribe. Private windows have no push, and the browser’s own push service must be reachable.'

const offState = () => (Notification.permission === 'denied' ? 'denied' : 'off')

/** A subscription that was made with another key is of no use any more. */
async function subscribe(publicKey: string): Promise<PushSubscription> {
  await navigator.serviceWorker.register('/push-worker.js')
  const { pushManager } = await navigator.serviceWorker.ready
  const options = { userVisibleOnly: true, applicationServerKey: publicKey }
  try {
    return await pushManager.subscribe(options)
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error
    await (await pushManager.getSubscription())?.unsubscribe()
    return pushManager.subscribe(options)
  }
}
