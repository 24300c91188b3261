/**
 * When each version of each product and order can have been made, in epochs: not before the call of an operation that it
 * needed, and not after the return of one that showed it. Versions are made one after the other, so a bound of one holds for
 * its neighbours: after `close`, neither bound ever falls from version to version. It takes linear time.
 */
import { NEVER } from './epochs.ts'

/** No operation. */
export const NONE = -1

/** The versions of one product or order; version v is at `start + v`. */
export type Versions = { readonly start: number; readonly count: number }

export type Bounds = {
  /** The version was not made before this call. */
  needs(of: Versions, version: number, call: number, by: number): void
  /** The version had been made when this returned. */
  shown(of: Versions, version: number, returned: number, by: number): void
  /** After the last of both. */
  close(of: Versions): void
  /** Of a version from 1 to `count` + 1, which was never made. */
  from(of: Versions, version: number): number
  until(of: Versions, version: number): number
  /** The operations of these bounds. */
  fromBy(of: Versions, version: number): number
  untilBy(of: Versions, version: number): number
  /** The versions that may have been the current one at some moment from `call` to `returned`. */
  current(of: Versions, call: number, returned: number): { readonly first: number; readonly last: number }
}

/** Version 0 and the one after the last have their places, too. */
export const placesOf = (count: number): number => count + 2

export function createBounds(places: number): Bounds {
  const from = new Int32Array(places)
  const fromBy = new Int32Array(places).fill(NONE)
  const until = new Int32Array(places).fill(NEVER)
  const untilBy = new Int32Array(places).fill(NONE)

  const keepFrom = (at: number, call: number, by: number) => {
    if (call <= from[at]!) return
    from[at] = call
    fromBy[at] = by
  }
  const keepUntil = (at: number, returned: number, by: number) => {
    if (returned >= until[at]!) return
    until[at] = returned
    untilBy[at] = by
  }
  return {
    needs: ({ start }, version, call, by) => keepFrom(start + version, call, by),
    shown: ({ start }, version, returned, by) => keepUntil(start + version, returned, by),
    close({ start, count }) {
      for (let at = start + 2; at <= start + count; at++) keepFrom(at, from[at - 1]!, fromBy[at - 1]!)
      for (let at = start + count - 1; at > start; at--) keepUntil(at, until[at + 1]!, untilBy[at + 1]!)
      from[start + count + 1] = NEVER
    },
    from: ({ start }, version) => from[start + version]!,
    until: ({ start }, version) => until[start + version]!,
    fromBy: ({ start }, version) => fromBy[start + version]!,
    untilBy: ({ start }, version) => untilBy[start + version]!,
    current: ({ start, count }, call, returned) => ({
      // A version was current until the next one was made.
      first: lowest(1, count, (version) => until[start + version + 1]! >= call),
      last: lowest(1, count, (version) => from[start + version + 1]! > returned),
    }),
  }
}

/** The lowest number from `low` to `high` for which it holds, if it holds for all after it; else `high`. */
export function lowest(low: number, high: number, holds: (number: number) => boolean): number {
  let [found, after] = [low, high]
  while (found < after) {
    const middle = Math.floor((found + after) / 2)
    if (holds(middle)) after = middle
    else found = middle + 1
  }
  return found
}
