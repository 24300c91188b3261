/**
 * The lists of the shop, with filters and counts. Answers are made as JSON text and cached until the store changes
 * (cached_answers.ts).
 */
import type { App } from '@shop/service_kit/http/app_types'
import { decodeCursor, encodeCursor, PAGE_LIMIT_DEFAULT } from '@shop/service_kit/http/paging'
import { formatMoney } from '@shop/service_kit/money/money'
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { Groups } from '../domain/group_ports.ts'
import { type Count, countOf, type Listing, type ListingFilter, type Listings } from '../domain/listings.ts'
import { orderOf } from '../domain/pages.ts'
import type { Catalogue } from '../domain/ports.ts'
import { PRICE_MINOR_MAX } from '../domain/product.ts'
import { QUERY_WORDS_MAX, queryWords } from '../domain/search.ts'
import { cachedAnswers, withEtag } from './cached_answers.ts'
import { getFacetsOperation, listCatalogueOperation } from './catalogue_schemas.ts'
import { groupView } from './group_views.ts'
import { readPrice } from './inputs.ts'
import { cursorsBy } from './list_cursors.ts'
import { type Prices, productView } from './product_views.ts'

export type CatalogueRoutesDeps = {
  readonly catalogue: Catalogue
  readonly groups: Groups
  readonly listings: Listings
  readonly prices: Prices
}

type Filter = {
  q?: string
  category?: string
  in_stock?: boolean
  price_min?: string
  price_max?: string
  facet?: string[]
}

export function catalogueRoutes({ catalogue, groups, listings, prices }: CatalogueRoutesDeps) {
  const answers = cachedAnswers(catalogue.revision)
  const price = (text: string | undefined, path: string) =>
    text === undefined ? undefined : readPrice(text, prices.digits(), PRICE_MINOR_MAX, path, 'querystring')
  const filterOf = ({ q, category, in_stock, price_min, price_max, facet = [] }: Filter): ListingFilter => ({
    words: q === undefined ? [] : queryWords(q).slice(0, QUERY_WORDS_MAX),
    category,
    inStock: in_stock === true,
    priceMinMinor: price(price_min, '/price_min'),
    priceMaxMinor: price(price_max, '/price_max'),
    choices: facet.map(readChoice),
  })
  /** A query without any letter or digit (such as "-") finds nothing instead of everything. */
  const isEmpty = ({ words }: ListingFilter, q: string | undefined) =>
    q !== undefined && q.trim() !== '' && words.length === 0

  /** The answer to corrected words, if the words find nothing. `ask` is asked once where something is found. */
  const answered = async <
    F extends ListingFilter,
    Found extends { readonly total: Count; readonly behind?: boolean },
  >(
    filter: F,
    ask: (filter: F) => Promise<Found>,
  ): Promise<{ found: Found; behind: boolean; searchedFor?: readonly string[] }> => {
    const found = await ask(filter)
    const { words } = filter
    if (words.length === 0 || found.total.count > 0) return { found, behind: found.behind === true }
    const query = { sort: 'relevance', words, inStock: false, after: undefined, limit: 1 } as const
    const { searchedFor, behind = false } = await catalogue.list(query)
    if (!searchedFor) return { found, behind: behind || found.behind === true }
    const other = await ask({ ...filter, words: searchedFor })
    return { found: other, behind: behind || other.behind === true, searchedFor }
  }
  const viewsOf = async (items: readonly Listing[]) => {
    const idsOf = (kind: Listing['kind']) => items.flatMap((item) => (item.kind === kind ? [item.id] : []))
    const [products, found] = [idsOf('product'), idsOf('group')]
    const views = new Map<string, string>()
    for (const product of products.length > 0 ? await catalogue.findMany(products) : [])
      views.set(product.id, JSON.stringify({ kind: 'product', product: productView(product, prices) }))
    // A draft was hidden after the list was made: what an admin writes meanwhile is for no visitor.
    for (const group of found.length > 0 ? await groups.findMany(found) : [])
      if (!group.draft)
        views.set(group.id, JSON.stringify({ kind: 'group', group: groupView(group, prices) }))
    // One that is not there any more left after the list was made.
    return items.flatMap(({ id }) => views.get(id) ?? [])
  }
  const correction = (words: readonly string[] | undefined) =>
    words ? `,"searched_for":${JSON.stringify(words.join(' '))}` : ''

  return async (app: App) => {
    // A parameter that is given once is a text, and a list of one.
    app.addHook('preValidation', async (request) => {
      const query = request.query as { facet?: unknown }
      if (typeof query.facet === 'string') query.facet = [query.facet]
    })

    app.get('/catalogue', listCatalogueOperation, async (request, reply) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      const asked = filterOf(request.query)
      const { words } = asked
      const sort = orderOf({ sort: request.query.sort ?? 'relevance', words })
      const cursors = cursorsBy('listings', sort, words)
      const after = decodeCursor(cursor, cursors)
      return answers(request, reply, request.url, async () => {
        if (isEmpty(asked, request.query.q))
          return withEtag(`{"items":[],"next_cursor":null,"total":${JSON.stringify(countOf(0))}}`)
        const {
          found: page,
          behind,
          searchedFor,
        } = await answered(asked, (filter) => listings.list({ ...filter, sort, after, limit }))
        const next = page.next === undefined ? 'null' : `"${encodeCursor(page.next, cursors)}"`
        const items = (await viewsOf(page.items)).join()
        const total = JSON.stringify(page.total)
        const text = `{"items":[${items}],"next_cursor":${next},"total":${total}${correction(searchedFor)}}`
        return withEtag(text, behind)
      })
    })

    app.get('/catalogue/facets', getFacetsOperation, (request, reply) => {
      const asked = filterOf(request.query)
      return answers(request, reply, request.url, async () => {
        if (isEmpty(asked, request.query.q)) return withEtag(JSON.stringify(NO_FACETS))
        const { found, behind, searchedFor } = await answered(asked, listings.facets)
        const amount = (minor: number | undefined) =>
          minor === undefined ? null : formatMoney(minor, prices.digits())
        const view = {
          total: found.total,
          categories: found.categories,
          facets: found.facets,
          in_stock: found.inStock,
          prices: { min: amount(found.prices?.minMinor), max: amount(found.prices?.maxMinor) },
        }
        const text = `${JSON.stringify(view).slice(0, -1)}${correction(searchedFor)}}`
        return withEtag(text, behind)
      })
    })
  }
}

const NO_FACETS = {
  ...{ total: countOf(0), categories: [], facets: [], in_stock: countOf(0) },
  prices: { min: null, max: null },
}

function readChoice(choice: string, i: number): string {
  if (/^.+:./su.test(choice)) return choice
  throw invalidField(`/facet/${i}`, 'must be a name and a value, separated by a colon', 'querystring')
}
