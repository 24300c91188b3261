/** Counts, which are exact up to a bound. */
import { formatNumber } from '../language/formats.ts'
import { LISTINGS_PAGE_SIZE } from './view_address.ts'

/** `more`: at least `count`. */
export type Total = { readonly count: number; readonly more: boolean }

/** "10,000+" where only that is known. */
export const formatTotal = ({ count, more }: Total): string => `${formatNumber(count)}${more ? '+' : ''}`

/** The number of pages; undefined where the total is not exact. */
export const pagesOf = ({ count, more }: Total): number | undefined =>
  more ? undefined : Math.max(1, Math.ceil(count / LISTINGS_PAGE_SIZE))
