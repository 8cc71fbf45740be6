import type { ReceiveMode, Source } from '@peerlearn/contract/media'
import { describe, expect, it } from 'vitest'
import { everybody } from './audible.ts'
import { planReceiving } from './receive-rule.ts'
import type { Outlook } from './receive-rule.ts'
import type { Offer } from './supply.ts'

const offer = (
  producerId: string,
  source: Source,
  { mentor = false, layers = 1, paused = false } = {},
): Offer => ({
  info: {
    producerId,
    peerId: '00000000-0000-4000-8000-000000000000',
    kind: source === 'camera' || source === 'screen' ? 'video' : 'audio',
    source,
    paused,
  },
  mentor,
  layers,
  passing: false,
})

const offers = [
  offer('asha', 'camera', { layers: 3 }),
  offer('ashas voice', 'microphone'),
  offer('ravi', 'camera', { layers: 3 }),
  offer('ravis voice', 'microphone'),
  offer('mentor', 'camera', { mentor: true, layers: 3 }),
  offer('mentors voice', 'microphone', { mentor: true }),
  offer('screen', 'screen', { mentor: true, layers: 2 }),
  offer('film', 'screen-audio', { mentor: true }),
]
const tile = (producerId: string, height = 180) => ({ producerId, width: height * 2, height })
const view = [tile('asha'), tile('ravi'), tile('mentor'), tile('screen', 1080)]

const plan = (change: Partial<Outlook> & { mode?: ReceiveMode; maxBitrate?: number } = {}) => {
  const { mode = 'full', maxBitrate = null, ...rest } = change
  return planReceiving({
    offers,
    view,
    rule: { mode, maxBitrate },
    audibles: everybody,
    link: null,
    rate: () => undefined,
    isOld: () => false,
    flows: () => true,
    ...rest,
  })
}
const flowing = (of: ReturnType<typeof plan>) =>
  [...of].filter(([, { flow }]) => flow).map(([producerId]) => producerId)
const pictures = ['asha', 'ravi', 'mentor', 'screen']
const picturesOf = (of: ReturnType<typeof plan>) => flowing(of).filter((id) => pictures.includes(id))

describe('what flows to somebody', () => {
  it('is once what is in two tiles, as large as the larger needs it', () => {
    const twice = plan({ view: [tile('ravi', 720), tile('asha'), tile('ravi', 90)] })
    expect(picturesOf(twice)).toEqual(['ravi', 'asha'])
    expect(twice.get('ravi')).toMatchObject({ layer: 2, priority: 255 })
  })

  it('is every sound, and the pictures on their screen: screen first, then the mentor, then in their order', () => {
    expect(picturesOf(plan())).toEqual(['screen', 'mentor', 'asha', 'ravi'])
    expect(picturesOf(plan({ view: [tile('ravi'), tile('asha')] }))).toEqual(['ravi', 'asha'])
    const priorities = [...plan()].filter(([id]) => pictures.includes(id)).map(([, wish]) => wish.priority)
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a))
    expect(flowing(plan())).toHaveLength(offers.length)
  })

  it('has the layers of its tiles; a screen that can be read is whole', () => {
    const layers = plan({
      view: [tile('asha', 90), tile('ravi', 360), tile('mentor', 720), tile('screen', 300)],
    })
    expect(pictures.map((id) => layers.get(id)?.layer)).toEqual([0, 1, 2, 1])
  })

  it('is nothing of a tile without size, and of one that nobody sends', () => {
    expect(picturesOf(plan({ view: [tile('asha', 0), tile('gone')] }))).toEqual([])
  })

  it('is as much as fits, small, before the client has said what it shows', () => {
    const first = plan({ view: { videos: 3 } })
    expect(picturesOf(first)).toEqual(['screen', 'mentor', 'asha'])
    expect(first.get('mentor')?.layer).toBe(0)
    expect(picturesOf(plan({ view: { videos: 0 } }))).toEqual([])
  })

  it('are those microphones that are heard; others that may be are kept ready', () => {
    const audibles = { sent: new Set(['ravis voice']), near: new Set(['ashas voice']), voices: [] }
    const heard = plan({ audibles })
    expect(heard.get('ravis voice')?.flow).toBe(true)
    expect(heard.get('mentors voice')?.flow).toBe(true)
    expect(heard.get('ashas voice')?.flow).toBe(false)
    const far = plan({ audibles: { ...audibles, near: new Set() } })
    expect(far.has('ashas voice')).toBe(false)
    expect(far.get('film')?.flow).toBe(true)
  })
})

describe('receiving in mode', () => {
  it('saver: small pictures, a few, as far as they fit beside the sounds', () => {
    const few = plan({ mode: 'saver', rate: (id) => (pictures.includes(id) ? 60_000 : 30_000) })
    expect(picturesOf(few)).toEqual(['screen', 'mentor'])
    expect([...few.values()].every(({ layer }) => layer === 0)).toBe(true)
    expect(flowing(few)).toContain('mentors voice')
  })

  it('saver: with less when a budget asks for less', () => {
    expect(picturesOf(plan({ mode: 'saver', maxBitrate: 100_000, rate: () => 50_000 }))).toEqual([])
  })

  it('saver: who was hidden after a burst comes back once that was long ago, and who takes little is planned with that', () => {
    const view = [tile('asha')]
    const after = { mode: 'saver' as const, view, flows: () => false }
    const burst = (id: string) => (id === 'asha' ? 400_000 : 20_000)
    expect(picturesOf(plan({ ...after, rate: burst }))).toEqual([])
    expect(picturesOf(plan({ ...after, rate: burst, isOld: () => true }))).toEqual(['asha'])
    const little = { ...after, view: [tile('asha'), tile('ravi')], rate: () => 20_000, isOld: () => true }
    expect(picturesOf(plan({ ...little, maxBitrate: 170_000 }))).toEqual(['asha', 'ravi'])
  })

  it('slides: a new slide is a burst, after which the screen still flows, and comes back where nobody else looks', () => {
    const rates: Record<string, number> = { screen: 98_000, 'mentors voice': 52_000 }
    const burst = { mode: 'slides' as const, offers: offers.slice(0, 7), rate: (id: string) => rates[id] }
    expect(picturesOf(plan(burst))).toEqual(['screen'])
    expect(picturesOf(plan({ ...burst, flows: () => false }))).toEqual(['screen'])
    expect(picturesOf(plan({ ...burst, link: 90_000 }))).toEqual(['screen'])
    expect(picturesOf(plan({ ...burst, mode: 'saver', link: 90_000 }))).toEqual([])
  })

  it('slides: the screen, its smaller stream, and what the mentor says', () => {
    const slides = plan({ mode: 'slides', rate: () => 25_000 })
    expect(flowing(slides).sort()).toEqual(['film', 'mentors voice', 'screen'])
    expect(slides.get('screen')?.layer).toBe(0)
  })

  it('voice: one sound and no picture', () => {
    const hear = (voices: string[]) => flowing(plan({ mode: 'voice', audibles: { ...everybody, voices } }))
    expect(hear([])).toEqual(['mentors voice'])
    expect(hear(['ravis voice', 'ashas voice'])).toEqual(['ravis voice'])
    expect(hear(['mine', 'ashas voice'])).toEqual(['ashas voice'])
  })
})

describe('on a narrow link', () => {
  const rate = (id: string, layer: number) => (pictures.includes(id) ? 100_000 * (layer + 1) : 25_000)

  it('everybody is seen small before anybody is seen large, and the least wanted goes first', () => {
    const layers = (link: number) => {
      const made = plan({ link, rate })
      return ['screen', 'mentor', 'asha', 'ravi'].map((id) => (made.get(id)?.flow ? made.get(id)?.layer : -1))
    }
    expect(layers(300_000)).toEqual([0, 0, -1, -1])
    expect(layers(520_000)).toEqual([0, 0, 0, 0])
    expect(layers(640_000)).toEqual([1, 0, 0, 0])
  })

  it('sound stays when no picture fits', () => {
    const made = flowing(plan({ link: 90_000, rate }))
    expect(made).toContain('mentors voice')
    expect(made.filter((id) => pictures.includes(id))).toEqual([])
  })

  it('what does not flow comes back only with room to spare', () => {
    const link = 25_000 * 4 + 105_000
    const only = { view: [tile('asha')], rate, link }
    expect(picturesOf(plan({ ...only, flows: () => true }))).toEqual(['asha'])
    expect(picturesOf(plan({ ...only, flows: () => false }))).toEqual([])
  })
})
