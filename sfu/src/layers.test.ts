import { describe, expect, it } from 'vitest'
import { layerFor } from './layers.ts'

describe('the layer for a tile', () => {
  it.each([
    [90, 0],
    [200, 0],
    [201, 1],
    [400, 1],
    [401, 2],
    [2160, 2],
  ])('of %i pixels is %i', (height, layer) => {
    expect(layerFor(height, 3)).toBe(layer)
  })

  it('is never above what is produced', () => {
    expect(layerFor(1080, 2)).toBe(1)
    expect(layerFor(1080, 1)).toBe(0)
  })
})
