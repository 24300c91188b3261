/** The ranges of time of the overview: days of the visitor's clock. */

export const RANGES = ['today', 'yesterday', 'month'] as const
export type RangeName = (typeof RANGES)[number]

export type Range = { readonly from: Date; readonly to: Date; readonly slot: 'hour' | 'day' }

export const DAY_MS = 86_400_000
/** The days of `month`; the last one is today. */
export const MONTH_DAYS = 30

/**
 * Days begin at midnight, also when one of them has 23 or 25 hours. The days of a month are slots of 24 hours that end at the next
 * midnight, so those before a change of the clock begin an hour beside it.
 */
export function rangeOf(name: RangeName, now: Date): Range {
  const midnight = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days)
  switch (name) {
    case 'today':
      return { from: midnight(0), to: midnight(1), slot: 'hour' }
    case 'yesterday':
      return { from: midnight(-1), to: midnight(0), slot: 'hour' }
    case 'month': {
      const to = midnight(1)
      return { from: new Date(to.getTime() - MONTH_DAYS * DAY_MS), to, slot: 'day' }
    }
  }
}

export const rangeIn = (params: URLSearchParams): RangeName =>
  RANGES.find((name) => name === params.get('range')) ?? 'today'
