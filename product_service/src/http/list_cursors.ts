/** Cursors of the lists of the catalogue: one list for each order. */
import { createHash } from 'node:crypto'
import type { CursorColumn, CursorList } from '@shop/service_kit/http/paging'
import { ranksOf } from '../domain/pages.ts'
import { PRICE_MINOR_MAX } from '../domain/product.ts'
import type { SearchSort, Sort } from '../domain/sorts.ts'

const KEYS: Readonly<Record<Sort, readonly CursorColumn[]>> = {
  newest: ['id'],
  price: [{ max: PRICE_MINOR_MAX }, 'id'],
  '-price': [{ max: PRICE_MINOR_MAX }, 'id'],
  name: ['string', 'id'],
}

/** The words are part of the list's name only for relevance, because only then they affect the order. */
export function cursorsBy(what: string, sort: SearchSort, words: readonly string[]): CursorList {
  if (sort !== 'relevance') return { name: `${what} by ${sort}`, key: KEYS[sort] }
  const about = createHash('sha256').update(words.join(' ')).digest('base64url')
  return { name: `${what} about ${about}`, key: [{ max: ranksOf(words).length - 1 }, 'id'] }
}
