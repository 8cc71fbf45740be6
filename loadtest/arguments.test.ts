/** Who starts a load test with a wrong word reads what is wrong, and what there is. */
import { expect, it } from 'vitest'
import { readArguments } from './arguments.ts'

it.each([
  [['--bogus', '1'], /Unknown option '--bogus'[\s\S]*--rooms R --people N/],
  [['extra'], /extra[\s\S]*--rooms R --people N/],
  [['--rooms', 'x'], '--rooms must be a number, at least 1'],
  [['--via', 'tcp'], '--via is udp or turn'],
  [['--admin', 'a@example.com'], '--admin needs LOADTEST_ADMIN_PASSWORD'],
  [['--mentor', 'm@example.com'], '--mentor needs LOADTEST_MENTOR_PASSWORD'],
])('%j is refused in words', (args, words) => {
  expect(() => readArguments(args, {})).toThrow(words)
})

it('knows an admin by the password and the key in the environment', () => {
  const env = { LOADTEST_ADMIN_PASSWORD: 'secret', LOADTEST_ADMIN_TOTP: 'KEY' }
  expect(readArguments(['--admin', 'a@example.com'], env)).toMatchObject({
    admin: { email: 'a@example.com', password: 'secret', totp: 'KEY' },
  })
})

it('helps', () => expect(readArguments(['--help'], {})).toBe('help'))
