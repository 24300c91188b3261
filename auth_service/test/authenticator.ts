/** A software authenticator: keys of ES256 that answer as a browser does (WebAuthn, attestation `none`). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

type Flags = { readonly userVerified?: boolean; readonly counter?: number; readonly origin?: string }
type Options = { readonly challenge: string }

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const base64 = (data: Buffer) => data.toString('base64url')
const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const HAS_KEY = 0x40

export function createAuthenticator(origin: string) {
  const host = new URL(origin).hostname
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)

  const clientData = (type: string, { challenge }: Options, at = origin) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: at, crossOrigin: false }))
  const authData = (flags: number, counter: number) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([sha256(host), Buffer.from([flags]), count])
  }

  return {
    id: base64(id),
    /** The answer of `navigator.credentials.create`. */
    create(options: Options, { userVerified = true, counter = 0, origin: at }: Flags = {}) {
      const length = Buffer.from([0, id.length])
      const flags = USER_PRESENT | HAS_KEY | (userVerified ? USER_VERIFIED : 0)
      const data = Buffer.concat([authData(flags, counter), Buffer.alloc(16), length, id, coseKey(publicKey)])
      const attestation = cborMap([
        [text('fmt'), text('none')],
        [text('attStmt'), cborMap([])],
        [text('authData'), bytes(data)],
      ])
      const response = {
        clientDataJSON: base64(clientData('webauthn.create', options, at)),
        attestationObject: base64(attestation),
        transports: ['internal'],
      }
      return { id: base64(id), rawId: base64(id), type: 'public-key', clientExtensionResults: {}, response }
    },
    /** The answer of `navigator.credentials.get`. */
    get(options: Options, { userVerified = true, counter = 0, origin: at }: Flags = {}) {
      const data = authData(USER_PRESENT | (userVerified ? USER_VERIFIED : 0), counter)
      const client = clientData('webauthn.get', options, at)
      const response = {
        clientDataJSON: base64(client),
        authenticatorData: base64(data),
        signature: base64(sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)),
      }
      return { id: base64(id), rawId: base64(id), type: 'public-key', clientExtensionResults: {}, response }
    },
  }
}

/** CBOR (RFC 8949), as far as it is needed. */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 256) return Buffer.from([(major << 5) | 24, value])
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255])
}
const integer = (value: number) => (value < 0 ? head(1, -1 - value) : head(0, value))
const bytes = (value: Buffer) => Buffer.concat([head(2, value.length), value])
const text = (value: string) => Buffer.concat([head(3, value.length), Buffer.from(value)])
const cborMap = (entries: readonly (readonly [Buffer, Buffer])[]) =>
  Buffer.concat([head(5, entries.length), ...entries.flat()])

function coseKey(key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' })
  const part = (value: string | undefined) => bytes(Buffer.from(value ?? '', 'base64url'))
  return cborMap([
    [integer(1), integer(2)],
    [integer(3), integer(-7)],
    [integer(-1), integer(1)],
    [integer(-2), part(x)],
    [integer(-3), part(y)],
  ])
}
