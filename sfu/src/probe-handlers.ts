/** What a server may ask of probes; spread into the table of handlers.ts. */
import type { OutputOf, ParsedOf } from '@peerlearn/contract/channel'
import type { sfuMessages } from '@peerlearn/contract/sfu'
import type { Channel } from './channel.ts'
import type { Probes } from './probes.ts'

type Asked = 'probe.open' | 'probe.connect' | 'probe.close'
type Handlers = {
  [M in Asked]: (
    input: ParsedOf<(typeof sfuMessages)[M]>,
    channel: Channel,
  ) => Promise<OutputOf<(typeof sfuMessages)[M]>>
}

export const probeHandlers = (probes: Probes): Handlers => ({
  'probe.open': ({ probeId }, channel) => probes.open(probeId, channel),
  'probe.connect': async ({ probeId, dtlsParameters }, channel) => {
    await probes.connect(probeId, channel, dtlsParameters)
    return {}
  },
  'probe.close': ({ probeId }, channel) => {
    probes.close(probeId, channel)
    return Promise.resolve({})
  },
})
