/**
 * Refresh tokens: `<session id>.<secret>`, both base64url, 128 and 256 bits. Opaque to clients.
 *
 * The first secret of a session is random. Each next one is HMAC-SHA256(key: the secret before it, salt), so it can be
 * computed again only with both token and salt (reason: sessions.ts).
 */
import { createHash, createHmac } from 'node:crypto'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { RefreshTokens } from '../domain/crypto_ports.ts'

const SESSION_ID_BYTES = 16
const SECRET_BYTES = 32
const SALT_BYTES = 32
/** 132 bits. */
const PUBLIC_ID_LENGTH = 22
const FORM = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

export const createRefreshTokens = ({ randomBytes }: Pick<Runtime, 'randomBytes'>): RefreshTokens => ({
  make() {
    const sessionId = randomBytes(SESSION_ID_BYTES).toString('base64url')
    return { sessionId, token: `${sessionId}.${randomBytes(SECRET_BYTES).toString('base64url')}` }
  },
  sessionIdOf: (token) => FORM.exec(token)?.[1],
  hash: (token) => createHash('sha256').update(token).digest('base64url'),
  publicId: (sessionId) =>
    createHash('sha256').update(`public id of ${sessionId}`).digest('base64url').slice(0, PUBLIC_ID_LENGTH),
  newSalt: () => randomBytes(SALT_BYTES).toString('base64url'),
  successor(token, salt) {
    const match = FORM.exec(token)
    if (!match) throw new Error('Only a token of our own form has a successor.')
    const secret = createHmac('sha256', Buffer.from(match[2]!, 'base64url'))
      .update(Buffer.from(salt, 'base64url'))
      .digest('base64url')
    return `${match[1]}.${secret}`
  },
})
