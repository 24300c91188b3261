/**
 * UUIDv7 (RFC 9562). Those of Node have no order within a millisecond.
 *
 * Invariants
 *  1. Each id of one maker sorts after the one before it, while the clock is not set back by more than CLOCK_BACK_MAX_MS.
 *  2. 62 bits of each are random, so that knowing one gives no other.
 */

/** Ids follow a clock that was set back further: else they would lie in the future until it has caught up. */
export const CLOCK_BACK_MAX_MS = 10_000
/** The 12 bits after the version are a counter (section 6.2, method 1). It begins in the lower half, so it has room. */
const COUNTER_END = 0x1000
const COUNTER_START_MASK = 0x7ff

/** `random` gives UUIDv7 of the current time. */
export function createIds(random: () => string): () => string {
  let [ms, counter] = [0, 0]
  return () => {
    const id = random()
    const now = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
    if (now > ms || now < ms - CLOCK_BACK_MAX_MS) {
      ms = now
      counter = Number.parseInt(id.slice(15, 18), 16) & COUNTER_START_MASK
    } else if (++counter === COUNTER_END) {
      ms += 1
      counter = 0
    }
    const time = ms.toString(16).padStart(12, '0')
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}${id.slice(18)}`
  }
}
