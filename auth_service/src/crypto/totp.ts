/** Codes of authenticator apps (RFC 6238): six digits of SHA-1, which every app knows, for steps of 30 seconds. */

import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { Secret, TOTP } from 'otpauth'
import type { OneTimeCodes } from '../domain/crypto_ports.ts'

const SECRET_BYTES = 20
const PERIOD_SECONDS = 30
/** Steps that the clock of an app may differ. */
const WINDOW = 1
/** 80 bits, in letters that are not mistaken for others when they are copied by hand. */
const RECOVERY_BYTES = 10
const RECOVERY_LETTERS = 'abcdefghjkmnpqrstvwxyz0123456789'

export function createOneTimeCodes({ randomBytes }: Pick<Runtime, 'randomBytes'>): OneTimeCodes {
  const totp = (secret: string, label: string, issuer: string) =>
    new TOTP({ issuer, label, secret: Secret.fromBase32(secret), period: PERIOD_SECONDS, digits: 6 })
  return {
    newSecret: () => new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer }).base32,
    uri: (secret, { username, issuer }) => totp(secret, username, issuer).toString(),
    stepOf(secret, code, now) {
      const timestamp = now.getTime()
      const delta = totp(secret, '', '').validate({ token: code, timestamp, window: WINDOW })
      return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta
    },
    newRecoveryCode() {
      const bits = BigInt(`0x${randomBytes(RECOVERY_BYTES).toString('hex')}`)
      const letters = Array.from(
        { length: 16 },
        (_, i) => RECOVERY_LETTERS[Number((bits >> BigInt(5 * i)) & 31n)],
      )
      return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
    },
  }
}
