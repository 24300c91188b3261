/**
 * A history for a person: one lane per process or client, from the left in the order of their first entries; a line per entry,
 * with the time in milliseconds and a dot in its lane.
 *
 *      12.4  ●││  buyer-1     orders under key-7
 *      14.0  │●│  orders A    the request to products B is lost: hold order-7
 */
import type { Entry } from './core/world.ts'

export function timelineOf(entries: readonly Entry[]): string {
  const lanes = [...new Set(entries.map(({ lane }) => lane))]
  const width = Math.max(0, ...lanes.map((lane) => lane.length))
  return entries
    .map(({ at, lane, text }) => {
      const dots = lanes.map((each) => (each === lane ? '●' : '│')).join('')
      return `${at.toFixed(1).padStart(10)}  ${dots}  ${lane.padEnd(width)}  ${text}`
    })
    .join('\n')
}
