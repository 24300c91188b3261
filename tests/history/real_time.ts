/**
 * Versions against real time. An operation that returned before another was called came before it, so
 *  a. no version was shown before an operation was called that made it, or an earlier one;
 *  b. no answer shows a version although a higher one had been shown before the operation was called.
 */
import { type Bounds, NONE, type Versions } from './bounds.ts'
import type { Seen } from './collected.ts'
import type { Checking } from './faults.ts'

export function checkRealTime(
  { report, describe, calls }: Checking,
  what: string,
  bounds: Bounds,
  of: Versions,
  seen: readonly Seen<{ readonly version: number }>[],
): void {
  let [shownBy, neededBy] = [NONE, NONE]
  for (let version = 1; version <= of.count; version++) {
    if (bounds.until(of, version) >= bounds.from(of, version)) continue
    // The same two operations break every version between them.
    if (bounds.untilBy(of, version) === shownBy && bounds.fromBy(of, version) === neededBy) continue
    shownBy = bounds.untilBy(of, version)
    neededBy = bounds.fromBy(of, version)
    report(
      'version_order',
      `Version ${version} of ${what}, or a later one, was shown before an operation was called that made it, or an earlier one: ${describe(shownBy)} before ${describe(neededBy)}`,
    )
  }
  for (const { by, state } of seen) {
    const { version } = state
    if (version < 1 || version >= of.count || bounds.until(of, version + 1) >= calls[by]!) continue
    report(
      'stale_read',
      `Version ${version} of ${what} was shown, although a later one had been shown before: ${describe(bounds.untilBy(of, version + 1))} before ${describe(by)}`,
    )
  }
}
