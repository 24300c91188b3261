/** Times as the stores have them: milliseconds in SQLite, dates in MongoDB. The domain has them as text (RFC 3339, UTC). */

/** Throws when what is stored is no time. */
export const fromMs = (stored: number | bigint): string => new Date(Number(stored)).toISOString()

export const toMs = (time: string): number => Date.parse(time)

/** Throws when what is stored is no time. */
export function fromDate(stored: Date): string {
  if (!(stored instanceof Date)) throw new Error('its times are no dates')
  return stored.toISOString()
}

export const toDate = (time: string): Date => new Date(time)
