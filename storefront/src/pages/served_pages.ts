/**
 * Makes the page for an address: what is there, as it is now, in the language of the visitor.
 *
 * Invariants
 *  1. A page takes at most BUDGET_MS, and at most AT_ONCE_MAX are being made. Beyond that, and whenever product_service does
 *     not answer, there is no page (`undefined`): the visitor gets the app alone, which shows the problem and recovers. A visitor
 *     whose own questions are slow, because they have many, takes the pages from no other.
 *  2. A page is as old as the answers it was made of (catalogue_reader.ts). A page of the same answers is not made again:
 *     KEPT_MAX of them are kept, of KEPT_CHARACTERS_MAX in all.
 *  3. Without content that is known, an address that is for search engines is never marked as one that is not.
 */
import { etagOfText } from '@shop/service_kit/http/etags'
import { inTime, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { ShopSettings } from '../../web/src/api/types.ts'
import type { Language } from '../../web/src/language/languages.ts'
import { isPageAddress, isPublicPage, PAGE } from '../http/page_addresses.ts'
import type { CatalogueReader } from './catalogue_reader.ts'
import { type Content, findBy, type Page, productPage } from './content.ts'
import type { FillPage } from './index_page.ts'
import { categoryPage, listPage, NARROWED } from './list_content.ts'
import { renderPage } from './render_page.ts'
import { subjectOf } from './served_head.ts'
import { viewOf } from './view.ts'

export const BUDGET_MS = 2_000
/** A failure after this time was a wait, and no refusal. */
export const SLOW_MS = 1_000
export const AT_ONCE_MAX = 128
/** After a page took too long, none is made for its visitor for this time, who shall not wait for each. */
export const REST_MS = 2_000
/** After pages of so many visitors took too long, product_service hangs: none is made for anyone. */
const SLOW_VISITORS = 2
export const KEPT_MAX = 300
export const KEPT_CHARACTERS_MAX = 16_000_000

export type Asked = {
  readonly path: string
  readonly query: URLSearchParams
  /** Where visitors reach the shop. */
  readonly origin: string
  /** Of the visitor. */
  readonly address: string
  readonly languageOf: (settings: ShopSettings) => Language
}

export type Made =
  | {
      readonly status: 200 | 404
      readonly text: string
      /** The texts of its style elements. */
      readonly styles: readonly string[]
      readonly etag: string
      readonly language: Language
      readonly indexed: boolean
    }
  | { readonly status: 301; readonly location: string }

export type ServedPages = (asked: Asked) => Promise<Made | undefined>

type PageMade = Extract<Made, { text: string }>
type Kept = { readonly tag: string; readonly made: PageMade }

export function createServedPages(
  reader: CatalogueReader,
  fill: FillPage,
  runtime: Pick<Runtime, 'after' | 'monotonic'>,
): ServedPages {
  const kept = new Map<string, Kept>()
  let characters = 0
  let making = 0
  /** Until when no page is made for these addresses. */
  const resting = new Map<string, number>()

  const keep = (key: string, entry: Kept) => {
    characters += entry.made.text.length - (kept.get(key)?.made.text.length ?? 0)
    kept.delete(key)
    kept.set(key, entry)
    for (const [oldest, { made }] of kept) {
      if (kept.size <= KEPT_MAX && characters <= KEPT_CHARACTERS_MAX) break
      characters -= made.text.length
      kept.delete(oldest)
    }
  }

  const rests = (address: string, now: number): boolean => {
    for (const [each, until] of resting) if (until <= now) resting.delete(each)
    return resting.has(address) || resting.size >= SLOW_VISITORS
  }

  const make = async (asked: Asked): Promise<Made | undefined> => {
    const { path, query, origin, address } = asked
    const [settings, page] = await Promise.all([
      reader.readOrKnown('/shop', address),
      contentAt(reader, asked),
    ])
    if (settings.status !== 200) return undefined
    if (page?.status === 301) return { status: 301, location: page.location }
    const view = viewOf(
      settings.body as ShopSettings,
      asked.languageOf(settings.body as ShopSettings),
      origin,
    )
    const key = JSON.stringify([view.language, origin, path, page?.status === 200 ? String(query) : ''])
    const tag = `${settings.tag} ${page?.status} ${page?.status === 200 ? page.tag : ''}`
    const known = kept.get(key)
    if (known?.tag === tag) return known.made
    const missing = page?.status === 404 || !isPageAddress(path)
    const canonical = missing ? undefined : canonicalOf(page?.status === 200 ? page : undefined, path, query)
    const { text, styles } = renderPage(fill, {
      view,
      missing,
      canonical,
      ...(page?.status === 200
        ? {
            content: page.content,
            answers: page.answers,
            next: nextOf(page, query),
            modules: modulesOf(page),
          }
        : {}),
    })
    const made: PageMade = {
      status: missing ? 404 : 200,
      text,
      styles,
      etag: etagOfText(text),
      language: view.language,
      indexed: canonical !== undefined,
    }
    keep(key, { tag, made })
    return made
  }

  return async (asked) => {
    const from = runtime.monotonic()
    if (making >= AT_ONCE_MAX || rests(asked.address, from)) return undefined
    making += 1
    try {
      return await inTime(runtime, BUDGET_MS, make(asked), tookTooLong)
    } catch {
      const now = runtime.monotonic()
      if (now - from >= SLOW_MS) resting.set(asked.address, now + REST_MS)
      return undefined
    } finally {
      making -= 1
    }
  }
}

/** Undefined: a page that only the app shows. */
async function contentAt(reader: CatalogueReader, asked: Asked): Promise<Page | undefined> {
  const find = findBy(reader, asked.address)
  if (asked.path === PAGE.catalogue) return listPage(find, asked.query)
  const [, category] = /^\/categories\/([^/]+)\/?$/i.exec(asked.path) ?? []
  if (category !== undefined) return categoryPage(find, decodeURIComponent(category), asked.query)
  const [, product] = /^\/products\/([^/]+)\/?$/i.exec(asked.path) ?? []
  return product === undefined ? undefined : productPage(find, decodeURIComponent(product), asked.query)
}

type Known = Extract<Page, { status: 200 }>

const listAddress = (content: Content): string =>
  content.kind === 'list' && content.category
    ? `/categories/${encodeURIComponent(content.category.slug)}`
    : PAGE.catalogue

/** Searches and further pages of a list lead to products, but are no pages of their own. */
function canonicalOf(page: Known | undefined, path: string, query: URLSearchParams): string | undefined {
  if (!page) return isPublicPage(path) ? path : undefined
  const subject = subjectOf(page.content)
  if (subject) return subject.canonical
  if (NARROWED.some((name) => query.has(name))) return undefined
  return listAddress(page.content)
}

function nextOf({ content }: Known, query: URLSearchParams): string | undefined {
  if (content.kind !== 'list' || content.next === null) return undefined
  const next = new URLSearchParams(query)
  next.set('cursor', content.next)
  return `${listAddress(content)}?${next}`
}

const modulesOf = ({ content }: Known) =>
  content.kind !== 'list'
    ? ['src/shop/product_page.tsx']
    : content.category
      ? ['src/shop/category_page.tsx']
      : []

const tookTooLong = () => {
  throw new Error(`The page took longer than ${BUDGET_MS} ms`)
}
