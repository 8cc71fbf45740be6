import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from './json.ts'

test('reads whatever JSON.stringify writes', () => {
  const written = fc.json().filter((text) => !text.includes('__proto__'))
  fc.assert(
    fc.property(written, (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text))
    }),
  )
})

test.each([
  '{"role":"learner","role":"owner"}',
  '{"a":[{"b":{"c":1,"c":1}}]}',
  '{"a":1,"\\u0061":2}',
  '{"a":{"__proto__":{}}}',
  '{"":1,"":2}',
  '{"a"',
  '',
])('refuses %s', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError)
})

test.each(['{"a:b":"c:\\"d\\":e","":":"}', '[{"a":1},{"a":2}]', '":"', '{"length":1,"toString":":"}'])(
  'takes %s for what it is',
  (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text))
  },
)
