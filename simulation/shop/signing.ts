/**
 * Signing and hashing that end in the same turn, with the same result for the same seed.
 *
 * The tokens are real: the same algorithms and formats as in production, by Node's synchronous functions instead of WebCrypto,
 * whose threads end in any order. Only the hash of a password is a cheaper one: argon2 is slow on purpose.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  KeyObject,
  sign,
  timingSafeEqual,
  verify,
  type webcrypto,
} from 'node:crypto'
import type { MakeKeyPair, PasswordHasher } from '@shop/auth_service/domain/crypto_ports'

type Algorithm = string | { readonly name: string }

const isHmac = (algorithm: Algorithm) =>
  (typeof algorithm === 'string' ? algorithm : algorithm.name).toUpperCase() === 'HMAC'
const bytesOf = (data: ArrayBuffer | ArrayBufferView) =>
  ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data)
const hmac = (key: CryptoKey, data: ArrayBufferView) =>
  createHmac('sha256', KeyObject.from(key)).update(bytesOf(data)).digest()
/** Of its own memory, as WebCrypto returns it. */
const owned = (bytes: Buffer) => new Uint8Array(bytes).buffer

/** The part of SubtleCrypto that `jose` uses for EdDSA and HS256. Another method throws. */
export const deterministicSubtle = {
  async importKey(
    format: string,
    data: webcrypto.JsonWebKey | ArrayBufferView,
    algorithm: Algorithm,
    _extractable: boolean,
    usages: never,
  ) {
    const { d } = data as webcrypto.JsonWebKey
    const key =
      format === 'raw'
        ? createSecretKey(bytesOf(data as ArrayBufferView))
        : d === undefined
          ? createPublicKey({ key: data as never, format: 'jwk' })
          : createPrivateKey({ key: data as never, format: 'jwk' })
    return key.toCryptoKey(algorithm as never, true, usages)
  },
  async sign(algorithm: Algorithm, key: CryptoKey, data: ArrayBufferView) {
    if (isHmac(algorithm)) return owned(hmac(key, data))
    return owned(sign(null, bytesOf(data), KeyObject.from(key)))
  },
  async verify(algorithm: Algorithm, key: CryptoKey, signature: ArrayBufferView, data: ArrayBufferView) {
    if (!isHmac(algorithm)) return verify(null, bytesOf(data), KeyObject.from(key), bytesOf(signature))
    const expected = hmac(key, data)
    return expected.length === bytesOf(signature).length && timingSafeEqual(expected, bytesOf(signature))
  },
}

/** The same key pairs in each history: the first, the second, … */
export function keyPairs(): MakeKeyPair {
  let made = 0
  return async () => {
    const seed = createHash('sha256').update(`key ${++made}`).digest()
    // RFC 8410: the 32 bytes of the seed behind a fixed head.
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
    const { x, d } = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })
    const kid = createHash('sha256').update(x!).digest('base64url')
    return { kid, jwk: { kty: 'OKP', crv: 'Ed25519', x: x!, d: d! } }
  }
}

const hashed = (salt: string, password: string) =>
  createHash('sha256').update(`${salt} ${password}`).digest('base64url')

/** Salted SHA-256. */
export function cheapHasher(randomBytes: (size: number) => Buffer): PasswordHasher {
  return {
    async hash(password) {
      const salt = randomBytes(8).toString('hex')
      return `$argon2id$cheap$${salt}$${hashed(salt, password)}`
    },
    async verify(phc, password) {
      const [, , , salt = '', tag = ''] = phc.split('$')
      return hashed(salt, password) === tag
    },
    async simulateVerify() {},
    outdated: () => false,
  }
}
