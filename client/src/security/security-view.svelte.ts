/** What the security page shows, fetched anew after every change. */
import { securityRoutes } from '@peerlearn/contract/security'
import type { Device, Security } from '@peerlearn/contract/security'
import { call } from '../lib/api.ts'
import { Loaded } from '../lib/loaded.svelte.ts'

export class SecurityView {
  readonly security = new Loaded<Security>((signal) => call(securityRoutes.security, { signal }))
  readonly devices = new Loaded<Device[]>(
    async (signal) => (await call(securityRoutes.devices, { signal })).items,
  )
  /** Recovery codes that were just made: shown once. */
  newCodes = $state.raw<string[]>()

  load(): Promise<unknown> {
    return Promise.all([this.security.load(), this.devices.load()])
  }

  /** After a change; what came along with it is shown. */
  async changed(newCodes: string[] | null = null): Promise<void> {
    if (newCodes) this.newCodes = newCodes
    await this.load()
  }

  close(): void {
    this.security.close()
    this.devices.close()
  }
}
