/** Tokens of links and challenges: 256 bits in base64url. Only their SHA-256 is stored, and an id that is derived from it. */
import { createHash } from 'node:crypto'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { SecretTokens } from '../domain/crypto_ports.ts'

const BYTES = 32

export const createSecretTokens = ({ randomBytes }: Pick<Runtime, 'randomBytes'>): SecretTokens => ({
  make: () => randomBytes(BYTES).toString('base64url'),
  hash: (token) => createHash('sha256').update(token).digest('base64url'),
})
