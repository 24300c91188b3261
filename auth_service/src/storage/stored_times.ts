/** Stored times are milliseconds in SQLite and dates in MongoDB. In the domain they are text (RFC 3339, UTC). */

/** Throws if the value is not a time. */
export const fromMs = (stored: number | bigint): string => new Date(Number(stored)).toISOString()

export const toMs = (time: string): number => Date.parse(time)

/** Throws if the value is not a date. */
export function fromDate(stored: Date): string {
  if (!(stored instanceof Date)) throw new Error('its times are not dates')
  return stored.toISOString()
}

export const toDate = (time: string): Date => new Date(time)
