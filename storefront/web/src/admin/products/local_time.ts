/** Times as `<input type="datetime-local">` has them, in the time zone of the visitor, and as the service has them. */

const MINUTE_MS = 60_000

/** '' for no time. */
export function localTime(utc: string): string {
  if (utc === '') return ''
  const time = new Date(utc)
  return new Date(time.getTime() - time.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16)
}

/** '' for no time. */
export function utcTime(local: string): string {
  return local === '' ? '' : new Date(local).toISOString()
}
