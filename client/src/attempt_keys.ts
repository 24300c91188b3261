/** Idempotency keys. */

const RANDOM_BYTES = 10

/**
 * A new key: the time, then random bits. Keys that sort by time are stored side by side, which costs the service less.
 * Browsers have no crypto.randomUUID on pages served without TLS.
 */
export function newKey(): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  )
  return Date.now().toString(16).padStart(12, '0') + random.join('')
}
