import { describe, expect, test } from 'vitest'
import { refuseWeak } from './weak-passwords.ts'

const owner = { name: 'Asha Ramanathan', email: 'asha.teaches@peerlearn.test' }
const check = (password: string) => () => refuseWeak(password, owner)

describe('a password that anybody would try first is refused:', () => {
  test.each([
    ['a word of the lists', 'password'],
    ['with a capital and a number', 'Welcome123'],
    ['with letters disguised', 'P@ssw0rd!'],
    ['as offices in India set it', 'Admin@2024'],
    ['a run', '12345678'],
    ['a run backwards', '987654321'],
    ['a row of the keyboard', 'qwertyuiop'],
    ['the same with shift', '!@#$%^&*'],
    ['columns of the keyboard', '1qaz2wsx'],
    ['one sign again and again', 'aaaaaaaa'],
    ['a few signs again and again', 'abcdabcd'],
    ['a feeling and a year', 'iloveyou1999'],
    ['the product', 'PeerLearn1'],
    ['two words of the lists', 'welcomeadmin'],
    ['their own name', 'asha1985'],
    ['their own name in full', 'Asha_Ramanathan'],
    ['their address', 'asha.teaches'],
  ])('%s', (_, password) => {
    expect(check(password)).toThrow(expect.objectContaining({ code: 'bad-input' }) as Error)
  })
})

describe('a password that is hard to guess is taken:', () => {
  test.each([
    ['three plain words', 'three plain words'],
    ['words of the lists among others', 'my first password'],
    ['in another script', 'நீல யானை நடனம்'],
    ['eight signs of a generator', 'x7kq2mzp'],
    ['eight of another one', '$k!9#x%t'],
    ['one with a run in it', 'k2abc9xzw'],
    ['three words, each of which many take', 'summer tiger chocolate'],
    ['their name in a sentence', 'asha never liked cold dosa'],
  ])('%s', (_, password) => {
    expect(check(password)).not.toThrow()
  })
})
