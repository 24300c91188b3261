/** Passkeys of this browser. The library is loaded when one is wanted. */
import { dataOf, shop } from '../api/shop.ts'
import type { Proof } from './proof.ts'

/** Why the browser did not give one. */
export class PasskeyFault extends Error {
  readonly reason: 'unsupported' | 'known' | 'notAllowed'
  constructor(reason: PasskeyFault['reason'], cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

export const hasPasskeys = (): boolean => typeof PublicKeyCredential === 'function'

export async function makePasskey(proof: Proof) {
  const [{ startRegistration }, optionsJSON] = await Promise.all([
    import('@simplewebauthn/browser'),
    dataOf(shop.auth.POST('/me/passkeys/options', { body: proof })),
  ])
  return startRegistration({ optionsJSON: optionsJSON as never }).catch(fail)
}

export async function readPasskey() {
  const [{ startAuthentication }, optionsJSON] = await Promise.all([
    import('@simplewebauthn/browser'),
    dataOf(shop.auth.POST('/login/passkey/options')),
  ])
  return startAuthentication({ optionsJSON: optionsJSON as never }).catch(fail)
}

/** By the names of WebAuthn; a browser gives `NotAllowedError` for all that it keeps to itself. */
function fail(cause: unknown): never {
  const { name } = cause as Error
  if (name === 'InvalidStateError') throw new PasskeyFault('known', cause)
  if (name === 'NotSupportedError' || name === 'SecurityError') throw new PasskeyFault('unsupported', cause)
  throw new PasskeyFault('notAllowed', cause)
}
