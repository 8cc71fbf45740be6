/** Mutations that can be repeated: everything follows from one seed, which the test prints. */

export type Random = () => number

/** Numbers from 0 up to 1, always the same for a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const pick = <T>(random: Random, list: readonly T[]): T =>
  structuredClone(list[Math.floor(random() * list.length)]!)

const strange: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  2 ** 31,
  2 ** 53,
  1e308,
  -0.5,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'x'.repeat(5_000),
  '__proto__',
  [],
  {},
  [[[[]]]],
  { length: 2 ** 32 },
]

/** A copy of a JSON value with one to four places changed. */
export function mutateJson(random: Random, value: unknown): unknown {
  let mutated = structuredClone(value)
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) mutated = changeOne(random, mutated)
  return mutated
}

function changeOne(random: Random, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return changeLeaf(random, value)
  const keys = Object.keys(value)
  if (keys.length === 0 || random() < 0.05) return pick(random, strange)
  const key = pick(random, keys)
  const holder = value as Record<string, unknown> // arrays, too, have their keys
  const dice = random()
  if (dice < 0.1) Reflect.deleteProperty(holder, key)
  else if (dice < 0.15) holder[`${key}x`] = holder[key]
  else if (dice < 0.2 && Array.isArray(value))
    (value as unknown[]).push(...(structuredClone(value) as unknown[]))
  else holder[key] = changeOne(random, holder[key])
  return value
}

function changeLeaf(random: Random, value: unknown): unknown {
  const dice = random()
  if (dice < 0.4) return pick(random, strange)
  if (typeof value === 'number')
    return dice < 0.7 ? value + pick(random, [-1, 1, 256, 65_536]) : Math.floor(random() * 2 ** 32)
  if (typeof value === 'string' && value.length > 0) {
    const at = Math.floor(random() * value.length)
    return value.slice(0, at) + String.fromCharCode(32 + Math.floor(random() * 95)) + value.slice(at + 1)
  }
  return pick(random, strange)
}

/** A copy of a packet with bits turned, cut short, made longer, or with a part said twice. */
export function mutatePacket(random: Random, packet: Buffer): Buffer {
  const dice = random()
  if (dice < 0.1) return packet.subarray(0, Math.floor(random() * packet.length))
  if (dice < 0.2) return Buffer.concat([packet, noise(random, Math.floor(random() * 1_200))])
  if (dice < 0.25) return noise(random, 1 + Math.floor(random() * 1_400))
  const mutated = Buffer.from(packet)
  for (let times = 1 + Math.floor(random() * 8); times > 0; times--) {
    const at = Math.floor(random() * mutated.length)
    mutated[at] = dice < 0.6 ? mutated[at]! ^ (1 << Math.floor(random() * 8)) : Math.floor(random() * 256)
  }
  if (dice > 0.9 && mutated.length > 8) mutated.copyWithin(4, 0, mutated.length >> 1)
  return mutated
}

const noise = (random: Random, length: number) =>
  Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
