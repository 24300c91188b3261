/**
 * Passwords as argon2id hashes (RFC 9106) in PHC strings, which contain their parameters. With stronger PARAMETERS old
 * hashes stay valid, and each is replaced at the next login.
 *
 * One hash takes 19 MiB while it is computed, so hashes wait in queues (work_queues.ts).
 */
import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { PasswordHasher, QueueTicket } from '../domain/crypto_ports.ts'
import type { WorkQueues } from './work_queues.ts'

export type Argon2Parameters = {
  readonly memoryKib: number
  readonly passes: number
  readonly parallelism: number
}

/** The OWASP minimum for argon2id. */
export const PARAMETERS: Argon2Parameters = { memoryKib: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32
/** Limits of stored parameters, so that a damaged hash cannot exhaust memory or CPU. */
const MEMORY_KIB_MAX = 256 * 1024
const PASSES_MAX = 16
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43,86})$/

const derive = promisify(argon2)

type Parsed = Argon2Parameters & { readonly salt: Buffer; readonly tag: Buffer }

export function createArgon2Hasher(
  { randomBytes }: Pick<Runtime, 'randomBytes'>,
  queues: WorkQueues,
  parameters: Argon2Parameters = PARAMETERS,
): PasswordHasher {
  const compute = (
    ticket: QueueTicket,
    password: string,
    use: Argon2Parameters,
    salt: Buffer,
    tagLength: number,
  ) =>
    queues.run(ticket, () =>
      derive('argon2id', {
        message: Buffer.from(password, 'utf8'),
        nonce: salt,
        parallelism: use.parallelism,
        memory: use.memoryKib,
        passes: use.passes,
        tagLength,
      }),
    )

  return {
    async hash(password, ticket) {
      const salt = randomBytes(SALT_BYTES)
      return toPhc({ ...parameters, salt, tag: await compute(ticket, password, parameters, salt, TAG_BYTES) })
    },
    async verify(phc, password, ticket) {
      const stored = fromPhc(phc)
      const tag = await compute(ticket, password, stored, stored.salt, stored.tag.length)
      return timingSafeEqual(tag, stored.tag)
    },
    async simulateVerify(password, ticket) {
      const tag = await compute(ticket, password, parameters, randomBytes(SALT_BYTES), TAG_BYTES)
      timingSafeEqual(tag, randomBytes(TAG_BYTES))
    },
    outdated(phc) {
      const stored = fromPhc(phc)
      return (
        stored.memoryKib < parameters.memoryKib ||
        stored.passes < parameters.passes ||
        stored.parallelism < parameters.parallelism
      )
    },
  }
}

const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

const toPhc = ({ memoryKib, passes, parallelism, salt, tag }: Parsed) =>
  `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`

function fromPhc(phc: string): Parsed {
  const match = PHC.exec(phc)
  const [memoryKib, passes, parallelism] = (match ?? []).slice(1, 4).map(Number)
  if (!match || memoryKib! > MEMORY_KIB_MAX || passes! > PASSES_MAX) {
    throw new Error('A stored password hash is not one this service made.')
  }
  return {
    memoryKib: memoryKib!,
    passes: passes!,
    parallelism: parallelism!,
    salt: Buffer.from(match[4]!, 'base64'),
    tag: Buffer.from(match[5]!, 'base64'),
  }
}
