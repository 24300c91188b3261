/** What is on the pages that list products: the catalogue and each category. */

import type { Category, Listing, Product } from '../../web/src/api/types.ts'
import { pathTo } from '../../web/src/shop/category_tree.ts'
import type { Found } from './catalogue_reader.ts'
import { type At, type Find, movedTo, NOT_FOUND, type Page } from './content.ts'

/** As web/src/api/catalogue.ts asks for it. */
const LIST_LIMIT = 24
/** What narrows a list, or leads into it; the home page is the one without them. */
export const NARROWED = ['q', 'cursor', 'sort', 'in_stock', 'facet', 'price_min', 'price_max']
const SORTS = ['newest', 'price', '-price', 'name']

export async function listPage(find: Find, query: URLSearchParams): Promise<Page> {
  const asked = listQuery(query)
  const shelves = find('/categories').catch(() => undefined)
  const home = !NARROWED.some((name) => query.has(name))
  const page = await listOnly(find, asked, home)
  // The home page shows them above the list.
  const categories = await shelves
  if (page.status !== 200 || categories?.status !== 200) return page
  return {
    ...page,
    answers: [...page.answers, { path: '/categories', body: categories.body }],
    tag: `${page.tag} ${categories.tag}`,
  }
}

async function listOnly(find: Find, asked: URLSearchParams, home: boolean): Promise<Page> {
  const listed = await find(`/catalogue?${asked}`).catch(() => undefined)
  if (listed?.status === 200) {
    const { items, next_cursor } = listed.body as { items: Listing[]; next_cursor: string | null }
    return listOf(`/catalogue?${asked}`, listed, items, next_cursor, home)
  }
  // When a big shop has just started there are no filters. The pages then list the products, too.
  const products = await find(`/products?${asked}`)
  if (products.status === 404) return NOT_FOUND
  const { items, next_cursor } = products.body as { items: Product[]; next_cursor: string | null }
  const listings = items.map((product) => ({ kind: 'product', product }) as const)
  return listOf(`/products?${asked}`, products, listings, next_cursor, home)
}

/** The page of a category and of all below it, by its slug. */
export async function categoryPage(find: Find, named: string, query: URLSearchParams): Promise<Page> {
  const [slug, all] = await Promise.all([find(`/slugs/${encodeURIComponent(named)}`), find('/categories')])
  if (slug.status === 404 || all.status === 404) return NOT_FOUND
  const at = slug.body as At
  if (at.kind !== 'category') return movedTo(at.slug, query)
  const search = query.size === 0 ? '' : `?${query}`
  if (at.slug !== named)
    return { status: 301, location: `/categories/${encodeURIComponent(at.slug)}${search}` }
  const path = pathTo((all.body as { items: Category[] }).items, at.id)
  const category = path.at(-1)
  if (!category) return NOT_FOUND
  const asked = listQuery(query)
  asked.set('category', category.id)
  const list = `/catalogue?${asked}`
  const listed = await find(list)
  // A cursor that is none, or no filters yet: the app shows what there is.
  if (listed.status === 404) throw new Error(`product_service has no list for ${list}`)
  const { items, next_cursor } = listed.body as { items: Listing[]; next_cursor: string | null }
  return {
    status: 200,
    content: { kind: 'list', items, next: next_cursor, category, above: path.slice(0, -1), home: false },
    answers: [
      { path: '/categories', body: all.body },
      { path: list, body: listed.body },
    ],
    tag: [slug, all, listed].map(({ tag }) => tag).join(' '),
  }
}

function listOf(
  path: string,
  found: Found,
  items: readonly Listing[],
  next: string | null,
  home: boolean,
): Page {
  return {
    status: 200,
    content: { kind: 'list', items, next, above: [], home },
    answers: [{ path, body: found.body }],
    tag: `${path} ${found.tag}`,
  }
}

/** The query of the page's own request (web/src/api/catalogue.ts), so that it can use the answer. */
function listQuery(query: URLSearchParams): URLSearchParams {
  const asked = new URLSearchParams({ limit: String(LIST_LIMIT) })
  const q = (query.get('q') ?? '').trim()
  if (q !== '') asked.set('q', q)
  const sort = query.get('sort') ?? ''
  if (SORTS.includes(sort)) asked.set('sort', sort)
  if (query.get('in_stock') === 'true') asked.set('in_stock', 'true')
  const cursor = query.get('cursor')
  if (cursor !== null) asked.set('cursor', cursor)
  return asked
}
