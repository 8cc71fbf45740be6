/** Passkeys in this browser, with failures in words for a person. */
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import type { BodyOf } from '@peerlearn/contract/route'
import type { authRoutes } from '@peerlearn/contract/auth'
import type { securityRoutes } from '@peerlearn/contract/security'

type Assertion = BodyOf<(typeof authRoutes)['passkeyLogin']>['response']
type Attestation = BodyOf<(typeof securityRoutes)['addPasskey']>['response']

/** Not on addresses without a name or without https, and not in old browsers. */
export const passkeysWork = (): boolean =>
  browserSupportsWebAuthn() && !/^[\d.]+$|^\[/.test(location.hostname) && window.isSecureContext

/** Asks for one of the person's passkeys. Throws words for a person. */
export async function usePasskey(options: object): Promise<Assertion> {
  try {
    // As our server made them, and as it reads the answer.
    return (await startAuthentication({
      optionsJSON: options as PublicKeyCredentialRequestOptionsJSON,
    })) as Assertion
  } catch (error) {
    throw new Error(wordsOfFailure(error, 'No passkey was used. Try again, or use another way.'), {
      cause: error,
    })
  }
}

/** Makes a passkey. Throws words for a person. */
export async function makePasskey(options: object): Promise<Attestation> {
  try {
    // As our server made them, and as it reads the answer.
    return (await startRegistration({
      optionsJSON: options as PublicKeyCredentialCreationOptionsJSON,
    })) as Attestation
  } catch (error) {
    throw new Error(wordsOfFailure(error, 'No passkey was made. You can try again.'), { cause: error })
  }
}

function wordsOfFailure(error: unknown, otherwise: string): string {
  if (!(error instanceof WebAuthnError)) return otherwise
  if (error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
    return 'This device holds a passkey for your account already.'
  if (error.code === 'ERROR_INVALID_DOMAIN' || error.code === 'ERROR_INVALID_RP_ID')
    return 'Passkeys don’t work at this address.'
  return otherwise
}
