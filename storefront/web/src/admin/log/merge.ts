/**
 * One list out of several that are each newest first and loaded in pages. Ids sort by time.
 *
 * Promise: what is shown has no gaps. An entry is shown only when no list can have a newer one that is not loaded yet.
 */
export type Part<Entry> = {
  /** Newest first; the pages that are loaded. */
  readonly entries: readonly Entry[]
  readonly hasMore: boolean
}

/** `next` says of each part whether its next page is needed to show more. */
export function mergeParts<Entry extends { readonly id: string }>(
  parts: readonly Part<Entry>[],
): { readonly entries: readonly Entry[]; readonly next: readonly boolean[] } {
  const ends = parts.map(({ entries, hasMore }) => (hasMore ? entries.at(-1)?.id : undefined))
  const horizon = ends.reduce<string>((newest, end) => (end !== undefined && end > newest ? end : newest), '')
  return {
    entries: parts
      .flatMap(({ entries }) => entries)
      .filter(({ id }) => id >= horizon)
      .toSorted((a, b) => (a.id < b.id ? 1 : -1)),
    next: ends.map((end) => end === horizon),
  }
}
