import { createHmac, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAccessTokens } from './access-tokens.ts'
import { signingKey } from './keys.ts'

const AUTH_SECRET = 'a-test-of-auth-4ab8c1d90e2f'
const somebody = {
  userId: '0192f0c4-1111-7111-8111-111111111111',
  loginId: '0192f0c4-2222-7222-8222-222222222222',
}
const noon = new Date('2026-03-01T12:00:00Z')
const later = (seconds: number) => () => new Date(noon.getTime() + seconds * 1000)
const tokens = createAccessTokens({ AUTH_SECRET }, later(0))
const signedOut = { code: 'signed-out' }

test('a token says whose login it is', async () => {
  expect(await tokens.verify(await tokens.sign(somebody))).toEqual(somebody)
})

test('counts for ten minutes, and half a minute for clocks that differ', async () => {
  const token = await tokens.sign(somebody)
  const verifyAt = (seconds: number) => createAccessTokens({ AUTH_SECRET }, later(seconds)).verify(token)
  expect(await verifyAt(620)).toEqual(somebody)
  await expect(verifyAt(640)).rejects.toMatchObject(signedOut)
  await expect(verifyAt(-60)).rejects.toMatchObject(signedOut)
})

test('of the secret before still counts while the secret is changed, and no longer', async () => {
  const old = await createAccessTokens({ AUTH_SECRET: 'the-one-before-4ab8c1d90e2f' }, later(0)).sign(
    somebody,
  )
  const changing = { AUTH_SECRET, AUTH_SECRET_PREVIOUS: 'the-one-before-4ab8c1d90e2f' }
  expect(await createAccessTokens(changing, later(0)).verify(old)).toEqual(somebody)
  await expect(tokens.verify(old)).rejects.toMatchObject(signedOut)
})

describe('a forged token is refused', () => {
  const { id: kid, privateKey, publicKey } = signingKey(AUTH_SECRET)
  const header = { alg: 'EdDSA', typ: 'at+jwt', kid }
  const seconds = noon.getTime() / 1000
  const claims = {
    sub: somebody.userId,
    login: somebody.loginId,
    iss: 'peerlearn',
    aud: 'peerlearn-api',
    iat: seconds,
    exp: seconds + 600,
  }
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

  test.each([
    ['of another issuer', { iss: 'somebody' }, {}],
    ['for another audience', { aud: 'another' }, {}],
    ['of another type', {}, { typ: 'JWT' }],
    ['of an unknown key', {}, { kid: 'unknown' }],
    ['that names no login', { login: undefined }, {}],
    ['that never ends', { exp: undefined }, {}],
    ['that lives too long', { exp: seconds + 9_000, iat: seconds - 900 }, {}],
  ])('%s', async (_what, claim, head) => {
    const token = await new SignJWT({ ...claims, ...claim })
      .setProtectedHeader({ ...header, ...head })
      .sign(privateKey)
    await expect(tokens.verify(token)).rejects.toMatchObject(signedOut)
  })

  test('signed by another key', async () => {
    const other = generateKeyPairSync('ed25519').privateKey
    await expect(
      tokens.verify(await new SignJWT(claims).setProtectedHeader(header).sign(other)),
    ).rejects.toMatchObject(signedOut)
  })

  test('not signed at all', async () => {
    const token = `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`
    await expect(tokens.verify(token)).rejects.toMatchObject(signedOut)
  })

  test('signed with the public key as if it were a shared secret', async () => {
    const unsigned = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`
    const pem = publicKey.export({ format: 'pem', type: 'spki' })
    const signature = createHmac('sha256', pem).update(unsigned).digest('base64url')
    await expect(tokens.verify(`${unsigned}.${signature}`)).rejects.toMatchObject(signedOut)
  })
})
