/**
 * The ceremonies of WebAuthn, by a library that is loaded when the first one begins. Host and origin come from PUBLIC_URL alone, so a passkey of
 * another page, or of this page under another name, is refused.
 */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { PasskeyCeremonies, PasskeyResponse } from '../domain/crypto_ports.ts'

/** EdDSA, ES256 and RS256: what every authenticator has one of. */
const ALGORITHMS = [-8, -7, -257]
const TIMEOUT_MS = 5 * 60_000

const load = () => import('@simplewebauthn/server')

export function createPasskeyCeremonies(publicUrl: string): PasskeyCeremonies {
  const { origin, hostname } = new URL(publicUrl)
  const expected = { expectedOrigin: origin, expectedRPID: hostname, requireUserVerification: true }
  return {
    async registration({ challenge, userId, username, existing }) {
      const { generateRegistrationOptions } = await load()
      const options = await generateRegistrationOptions({
        ...{ rpName: hostname, rpID: hostname, userName: username, userDisplayName: username },
        ...{ userID: new TextEncoder().encode(userId), challenge: new Uint8Array(challenge) },
        ...{ timeout: TIMEOUT_MS, attestationType: 'none' as const },
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: existing.map((id) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      return { ...options }
    },
    async login(challenge) {
      const { generateAuthenticationOptions } = await load()
      const options = await generateAuthenticationOptions({
        ...{ rpID: hostname, challenge: new Uint8Array(challenge) },
        ...{ timeout: TIMEOUT_MS, userVerification: 'required' as const },
      })
      return { ...options }
    },
    challengeOf,
    async registered(response, challenge) {
      const { verifyRegistrationResponse } = await load()
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        ...expected,
        supportedAlgorithmIDs: ALGORITHMS,
        response: response as unknown as RegistrationResponseJSON,
        expectedChallenge: challenge,
      }).catch(() => ({ verified: false as const, registrationInfo: undefined }))
      if (!verified) return undefined
      const { id, publicKey, counter } = registrationInfo!.credential
      return { id, publicKey: Buffer.from(publicKey).toString('base64url'), counter }
    },
    async counterAfter(response, challenge, { id, publicKey, counter }) {
      const { verifyAuthenticationResponse } = await load()
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        ...expected,
        response: response as unknown as AuthenticationResponseJSON,
        expectedChallenge: challenge,
        credential: { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter },
      }).catch(() => ({ verified: false as const, authenticationInfo: undefined }))
      return verified ? authenticationInfo!.newCounter : undefined
    },
  }
}

/** What the browser says that it signed. It is believed only if it was issued here, and the signature fits. */
function challengeOf({ response }: PasskeyResponse): string | undefined {
  try {
    const { challenge } = JSON.parse(
      Buffer.from(String(response.clientDataJSON), 'base64url').toString('utf8'),
    )
    return typeof challenge === 'string' ? challenge : undefined
  } catch {
    return undefined
  }
}
