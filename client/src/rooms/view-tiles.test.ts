import { describe, expect, it } from 'vitest'
import { keptMs, orderTiles, ShownTiles } from './view-tiles.ts'

const seen = (producerId: string, visible = true, width = 100) => ({
  producerIds: [producerId],
  visible,
  width,
  height: 100,
})
const ids = (tiles: { producerId: string }[]) => tiles.map(({ producerId }) => producerId)

describe('the tiles that are asked for', () => {
  it('are those on screen', () => {
    expect(ids(new ShownTiles().at(0, [seen('a'), seen('b', false), seen('c', true, 0)]).tiles)).toEqual([
      'a',
    ])
  })

  it('keep one that was scrolled past for a second, and no longer', () => {
    const shown = new ShownTiles()
    shown.at(0, [seen('a'), seen('b')])
    const left = shown.at(100, [seen('a')])
    expect(ids(left.tiles)).toEqual(['a', 'b'])
    expect(left.changesInMs).toBe(keptMs)
    expect(ids(shown.at(600, [seen('a')]).tiles)).toEqual(['a', 'b'])
    expect(ids(shown.at(1100, [seen('a')]).tiles)).toEqual(['a'])
  })

  it('have one that came back as it is now', () => {
    const shown = new ShownTiles()
    shown.at(0, [seen('a')])
    shown.at(100, [])
    const back = shown.at(200, [seen('a', true, 300)])
    expect(back.tiles).toEqual([{ producerId: 'a', width: 300, height: 100 }])
    expect(back.changesInMs).toBe(Infinity)
  })

  it('ask once for a picture in two tiles, for the larger', () => {
    expect(new ShownTiles().at(0, [seen('a'), seen('a', true, 400)]).tiles).toEqual([
      { producerId: 'a', width: 400, height: 100 },
    ])
  })

  it('have the screen first, then the stage, the mentor, who speaks, the rest', () => {
    const ranks: Record<string, number> = { screen: 0, mentor: 1, speaker: 2 }
    const tile = (producerId: string, width = 200) => ({ producerId, width, height: 100 })
    const tiles = [
      tile('rest'),
      tile('speaker'),
      tile('stage', 1000),
      tile('mentor', 190),
      tile('screen', 120),
    ]
    expect(ids(orderTiles(tiles, (id) => ranks[id] ?? 3))).toEqual([
      'screen',
      'stage',
      'mentor',
      'speaker',
      'rest',
    ])
  })
})
