import { describe, expect, it } from 'vitest'
import { heldWords, lengthOf, piecesOf } from './chat-text.ts'

describe('a chat line', () => {
  it('makes an address a link, without the sentence around it', () => {
    expect(piecesOf('See https://example.org/a?b=1, or (https://example.org/x).')).toEqual([
      { text: 'See ' },
      { text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
      { text: ', or (' },
      { text: 'https://example.org/x', href: 'https://example.org/x' },
      { text: ').' },
    ])
  })

  it('keeps brackets that belong to an address', () => {
    expect(piecesOf('https://en.wikipedia.org/wiki/Asset_(finance)')).toHaveLength(1)
  })

  it('makes nothing else a link', () => {
    const text = 'javascript:alert(1) <img src=x> http:// data:text/html,x'
    expect(piecesOf(text).filter((piece) => piece.href)).toEqual([])
  })

  it('loses no letter', () => {
    const text = 'a https://x.org b http://y.org/?q=(1) c.'
    expect(
      piecesOf(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text)
  })
})

describe('the box of a chat line', () => {
  it('tells before the longest is reached, and how much is too much', () => {
    expect(lengthOf('a'.repeat(1799))).toBeNull()
    expect(lengthOf('a'.repeat(1999))).toEqual({ over: false, words: '1 character left' })
    expect(lengthOf('a'.repeat(2000) + ' ')).toEqual({ over: false, words: '0 characters left' })
    expect(lengthOf('a'.repeat(2500))).toMatchObject({
      over: true,
      words: expect.stringMatching(/^500 characters too many/) as string,
    })
  })

  it('counts the lines that wait', () => {
    expect(heldWords(1)).toContain('Your message waits')
    expect(heldWords(3)).toContain('Your 3 messages wait')
  })
})
