/**
 * The addresses of the shop for search engines.
 *
 * Invariants
 *  1. Only what is on sale and public is in it, each address once: the home page, categories, groups, and products without a
 *     group.
 *  2. It is made in the background, at most every MADE_AGAIN_MS and once at a time, and kept as gzipped parts of PART_URLS_MAX
 *     addresses, PARTS_MAX at most: a request costs no more than sending bytes.
 *  3. While it cannot be made again the last one stays. The first request waits FIRST_WAIT_MS at most.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Problem } from '@shop/service_kit/runtime/problem'
import { inTime, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { AllProducts } from './all_products.ts'
import { addressOf } from './view.ts'
import { element, XML_HEAD } from './xml.ts'

/** Of 50,000 that the protocol allows. */
export const PART_URLS_MAX = 10_000
export const PARTS_MAX = 100
export const MADE_AGAIN_MS = 3_600_000
export const FIRST_WAIT_MS = 5_000
export const MAKING_MS = 1_800_000
const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9'
const pack = promisify(gzip)

type Part = { readonly bytes: Buffer; readonly changedAt: string }
type Made = { readonly parts: readonly Part[]; readonly at: number }
type Place = { readonly path: string; readonly changedAt?: string }

export type Sitemap = {
  /** Fails with `overloaded` while the first one is being made. */
  index(): Promise<string>
  /** From 1. Undefined where there is none. */
  part(number: number): Promise<Buffer | undefined>
  close(): void
}

export function createSitemap(
  products: AllProducts,
  origin: string,
  runtime: Pick<Runtime, 'monotonic' | 'after' | 'deadline'>,
  /** Lower ones for tests. */
  { partUrlsMax = PART_URLS_MAX, partsMax = PARTS_MAX } = {},
): Sitemap {
  const closing = new AbortController()
  let made: Made | undefined
  let making: Promise<Made> | undefined

  const make = async (): Promise<Made> => {
    const signal = AbortSignal.any([closing.signal, runtime.deadline(MAKING_MS)])
    const parts: Part[] = []
    let urls: string[] = []
    let changedAt = ''
    const end = async () => {
      const text = `${XML_HEAD}<urlset xmlns="${NAMESPACE}">${urls.join('')}</urlset>`
      urls = []
      parts.push({ bytes: await pack(text), changedAt })
      changedAt = ''
    }
    for await (const place of placesOf(products, signal)) {
      if (parts.length === partsMax) break
      const date = place.changedAt === undefined ? '' : element('lastmod', place.changedAt)
      urls.push(`<url>${element('loc', origin + place.path)}${date}</url>\n`)
      if ((place.changedAt ?? '') > changedAt) changedAt = place.changedAt!
      if (urls.length === partUrlsMax) await end()
    }
    if (urls.length > 0 && parts.length < partsMax) await end()
    return { parts, at: runtime.monotonic() }
  }

  const current = async (): Promise<Made> => {
    if (made && runtime.monotonic() - made.at < MADE_AGAIN_MS) return made
    making ??= make()
      .then((next) => {
        made = next
        return next
      })
      .finally(() => {
        making = undefined
      })
    making.catch(() => {})
    if (made) return made
    return inTime(runtime, FIRST_WAIT_MS, making, firstIsBeingMade)
  }

  return {
    async index() {
      const { parts } = await current()
      const all = parts.map(({ changedAt }, i) => {
        const date = changedAt === '' ? '' : element('lastmod', changedAt)
        return `<sitemap>${element('loc', `${origin}/sitemap-${i + 1}.xml.gz`)}${date}</sitemap>\n`
      })
      return `${XML_HEAD}<sitemapindex xmlns="${NAMESPACE}">${all.join('')}</sitemapindex>`
    },
    part: async (number) => (await current()).parts[number - 1]?.bytes,
    close: () => closing.abort(),
  }
}

async function* placesOf(products: AllProducts, signal: AbortSignal): AsyncGenerator<Place> {
  yield { path: '/' }
  const categories = (await products.read('/categories', signal)) as { items: { slug: string }[] } | undefined
  for (const { slug } of categories?.items ?? []) yield { path: `/categories/${encodeURIComponent(slug)}` }
  // Variants of one group are not side by side.
  const groups = new Set<string>()
  for await (const { product, group } of products.walk(signal)) {
    if (group && groups.has(group.id)) continue
    if (group) groups.add(group.id)
    const shown = group ?? product
    yield { path: addressOf(shown), changedAt: shown.updated_at }
  }
}

const firstIsBeingMade = () => {
  throw new Problem('overloaded', 'The sitemap is being made for the first time; please ask again.')
}
