/**
 * Signatures by the Standard Webhooks specification: `v1` (HMAC-SHA256, a shared secret) and `v1a` (ed25519: receivers need only
 * the public key). While a secret is replaced, each request is signed with both.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { Webhook } from 'standardwebhooks'
import type { Endpoint, Secret } from '../domain/webhook.ts'

const SECRET_BYTES = 32
const SEED_BYTES = 32
/** What comes before the seed in PKCS #8, and before a public key in SPKI. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_LENGTH = 12

export const newSecret = ({ randomBytes }: Pick<Runtime, 'randomBytes'>): Secret => ({
  shared: `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
  signing: `whsk_${randomBytes(SEED_BYTES).toString('base64')}`,
})

const privateKeyOf = ({ signing }: Secret) =>
  createPrivateKey({
    key: Buffer.concat([PKCS8, Buffer.from(signing.slice('whsk_'.length), 'base64')]),
    format: 'der',
    type: 'pkcs8',
  })

/** `whpk_…`, which receivers may know. */
export function publicKeyOf(secret: Secret): string {
  const spki = createPublicKey(privateKeyOf(secret)).export({ format: 'der', type: 'spki' })
  return `whpk_${spki.subarray(SPKI_LENGTH).toString('base64')}`
}

/** The headers of a request with this body. */
export function signedHeaders(
  { secret, previous }: Pick<Endpoint, 'secret' | 'previous'>,
  id: string,
  now: Date,
  body: string,
): Record<string, string> {
  const timestamp = Math.floor(now.getTime() / 1_000)
  const at = new Date(timestamp * 1_000)
  const secrets = previous !== null && previous.until > now.toISOString() ? [secret, previous] : [secret]
  const content = Buffer.from(`${id}.${timestamp}.${body}`)
  const signatures = secrets.flatMap((each) => [
    new Webhook(each.shared).sign(id, at, body),
    `v1a,${sign(null, content, privateKeyOf(each)).toString('base64')}`,
  ])
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}
