/** What is at an address of the shop, read from product_service: the same for every visitor. */
import type { Category, Choices, Group, Listing, Product } from '../../web/src/api/types.ts'
import { pathTo } from '../../web/src/shop/category_tree.ts'
import { choiceParams, chosenAtFirst } from '../../web/src/shop/variant_choice.ts'
import type { CatalogueReader, Found } from './catalogue_reader.ts'

export type Picture = Product['media'][number]

/** An answer of the API that the page needs for its first render. */
export type Answer = { readonly path: string; readonly body: unknown }

/** The categories above, from the top. */
export type Above = { readonly above: readonly Category[] }

export type Content = Above &
  (
    | {
        readonly kind: 'product'
        readonly product: Product
        /** Of which it is a variant. */
        readonly group?: Group
      }
    | {
        readonly kind: 'group'
        readonly group: Group
        readonly variants: readonly Product[]
        /** What the app shows at first: the only variant, or one that it suggests. */
        readonly variant: Product | null
        readonly suggested: Product | null
      }
    | {
        readonly kind: 'list'
        readonly items: readonly Listing[]
        readonly next: string | null
        /** The home page: the catalogue without any choice. */
        readonly home: boolean
        readonly category?: Category
      }
  )

export type Page =
  | {
      readonly status: 200
      readonly content: Content
      readonly answers: readonly Answer[]
      /** Names the answers: pages of the same tag are the same. */
      readonly tag: string
    }
  | { readonly status: 301; readonly location: string }
  | { readonly status: 404 }

/** Named in the page of a group; the others are one choice away. */
const VARIANTS_SHOWN = 24
/** Some 60 compressed bytes each. More are fetched by the app. */
export const CATEGORIES_SENT_MAX = 200
const ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i
export const NOT_FOUND = { status: 404 } as const

export type Find = (path: string) => Promise<Found>

/** `address` identifies the visitor; its share of the calls is limited. */
export const findBy =
  (reader: CatalogueReader, address: string): Find =>
  (path) =>
    reader.read(path, address)

export type At = { readonly kind: string; readonly id: string; readonly slug: string }

/** The page of a product or group by its slug or id. */
export async function productPage(
  find: Find,
  named: string,
  query: URLSearchParams,
): Promise<Page | undefined> {
  if (ID.test(named)) return byId(find, named.toLowerCase(), query)
  const slug = await find(`/slugs/${encodeURIComponent(named)}`)
  if (slug.status === 404) return NOT_FOUND
  const at = slug.body as At
  if (at.kind === 'category') return { status: 301, location: `/categories/${encodeURIComponent(at.slug)}` }
  if (at.slug !== named) return movedTo(at.slug, query)
  if (at.kind === 'group') return groupPage(find, at, slug, query)
  const product = await find(`/products/${at.id}`)
  if (product.status === 404) return NOT_FOUND
  const body = product.body as Product
  const { above, answers, tag } = await categoriesAbove(find, body)
  return {
    status: 200,
    content: { kind: 'product', product: body, above },
    answers: [slugAnswer(at.slug, slug), { path: `/products/${at.id}`, body }, ...answers],
    tag: `${slug.tag} ${product.tag} ${tag}`,
  }
}

/** Of the first category that it is in; none while they are not known. The page has as many as it can carry. */
async function categoriesAbove(find: Find, { categories: [id] }: Pick<Product, 'categories'>) {
  const all = id === undefined ? undefined : await find('/categories').catch(() => undefined)
  const none: readonly Answer[] = []
  if (all?.status !== 200) return { above: [], answers: none, tag: '' }
  const { items } = all.body as { items: Category[] }
  const answers = items.length > CATEGORIES_SENT_MAX ? none : [{ path: '/categories', body: all.body }]
  return { above: pathTo(items, id), answers, tag: all.tag }
}

const slugAnswer = (slug: string, found: Found): Answer => ({
  path: `/slugs/${encodeURIComponent(slug)}`,
  body: found.body,
})

/** Its address has the slug. A product of before the release with slugs may have none; it is shown by the app alone. */
async function byId(find: Find, id: string, query: URLSearchParams): Promise<Page | undefined> {
  const product = await find(`/products/${id}`)
  const owner =
    product.status === 404
      ? await find(`/groups/${id}`)
      : await groupOf(find, product.body as Product, product)
  if (owner?.status !== 200) return NOT_FOUND
  const { slug, id: ownerId } = owner.body as { slug: string | null; id: string }
  if (slug === null) return undefined
  const search = new URLSearchParams(query)
  if (product.status === 200 && ownerId !== id) search.set('variant', id)
  return movedTo(slug, search)
}

const groupOf = async (find: Find, { group_id }: Product, product: Found) =>
  group_id === null ? product : find(`/groups/${group_id}`)

type FirstChoice = Pick<Choices, 'variant' | 'suggested'>

async function groupPage(find: Find, { id, slug }: At, found: Found, query: URLSearchParams): Promise<Page> {
  const variant = query.get('variant') ?? ''
  const [group, variants, chosen] = await Promise.all([
    find(`/groups/${id}`),
    find(`/groups/${id}/variants?limit=${VARIANTS_SHOWN}`),
    ID.test(variant) ? find(`/products/${variant.toLowerCase()}`) : undefined,
  ])
  if (group.status === 404 || variants.status === 404) return NOT_FOUND
  const body = group.body as Group
  const product = chosen?.body as Product | undefined
  const asked = new URLSearchParams(choiceParams(chosenAtFirst(body, product)))
  const choicesAt = `/groups/${id}/choices${asked.size === 0 ? '' : `?${asked}`}`
  const [path, choices] = await Promise.all([
    categoriesAbove(find, body),
    // Without them there is a page as well.
    find(choicesAt).catch(() => undefined),
  ])
  const first = choices?.status === 200 ? (choices.body as FirstChoice) : undefined
  const { above } = path
  const read = [found, group, variants, path, ...(choices ? [choices] : []), ...(chosen ? [chosen] : [])]
  const tag = read.map((each) => each.tag).join(' ')
  const answers = [
    slugAnswer(slug, found),
    { path: `/groups/${id}`, body },
    ...(first ? [{ path: choicesAt, body: first }] : []),
    ...path.answers,
  ]
  if (product?.group_id === id) {
    return {
      status: 200,
      content: { kind: 'product', product, group: body, above },
      answers: [...answers, { path: `/products/${product.id}`, body: product }],
      tag,
    }
  }
  const { items } = variants.body as { items: Product[] }
  const pictured = body.media.length === 0 ? items.find(({ media }) => media.length > 0) : undefined
  const { variant: only = null, suggested = pictured ?? null } = first ?? {}
  return {
    status: 200,
    content: { kind: 'group', group: body, variants: items, above, variant: only, suggested },
    answers,
    tag,
  }
}

export function movedTo(slug: string, query: URLSearchParams): Page {
  const search = query.size === 0 ? '' : `?${query}`
  return { status: 301, location: `/products/${encodeURIComponent(slug)}${search}` }
}
