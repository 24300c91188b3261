/**
 * Loads the sample catalogue of `npm start -- --demo`: over HTTP, by the first admin, into a shop without products.
 *
 * Stopped on the way, it has some of the products, and is not continued. Categories come first, and those that are there
 * already are taken: so none is there twice when nothing but categories was added the last time.
 */
import { formatMoney } from '@shop/service_kit/money/money'
import { ask } from './ask.ts'
import { CATEGORIES, SAMPLES, type Sample, type SampleCategory } from './demo_samples.ts'

export type Shop = { readonly authUrl: string; readonly productUrl: string }
/** A sample needs an admin's token, the digits of prices, and the ids of categories by name. */
type Target = { readonly token: string; readonly digits: number; readonly categories: CategoryIds }
type CategoryIds = ReadonlyMap<string, string>

/** Resolves to a sentence about the result. */
export async function loadDemo(shop: Shop, username: string, password: string): Promise<string> {
  if (await firstProduct(shop))
    return 'The catalogue already has products; the sample catalogue was not loaded.'
  let loaded = 0
  try {
    const token = await signIn(shop, username, password)
    const target = { token, digits: await digitsOf(shop), categories: await addCategories(shop, token) }
    for (const sample of SAMPLES) {
      await addSample(shop, sample, target)
      loaded += 1
    }
    return `The sample catalogue was loaded: ${SAMPLES.length} products.`
  } catch (error) {
    const what = loaded === 0 ? 'not loaded' : `loaded in part, ${loaded} of ${SAMPLES.length} products`
    return `The sample catalogue was ${what}: ${(error as Error).message}`
  }
}

export async function addSample({ productUrl }: Shop, sample: Sample, target: Target): Promise<void> {
  const { name, description, minor, weight: weight_grams, attributes } = sample
  const { token, digits } = target
  const categories = sample.categories.flatMap((each) => target.categories.get(each) ?? [])
  const shown = { name, description, attributes, categories }
  if (!('options' in sample)) {
    const { sku, stock, compareAt } = sample
    const compare = compareAt === undefined ? {} : { compare_at_price: formatMoney(compareAt, digits) }
    const body = { ...shown, sku, stock, weight_grams, price: formatMoney(minor, digits), ...compare }
    await ask(`${productUrl}/products`, { body, token })
    return
  }
  const { options } = sample
  const group = await ask<{ id: string }>(`${productUrl}/groups`, { body: { ...shown, options }, token })
  const variants = sample.variants.map(({ values: option_values, sku, stock, minor: own = minor }) => ({
    ...{ option_values, sku, stock, weight_grams },
    price: formatMoney(own, digits),
  }))
  await ask(`${productUrl}/groups/${group.id}/variants`, { body: { variants }, token })
}

type Category = { readonly id: string; readonly name: string; readonly parent_id: string | null }

/** Resolves to their ids by name. */
export async function addCategories({ productUrl }: Shop, token: string): Promise<CategoryIds> {
  const { items } = await ask<{ items: Category[] }>(`${productUrl}/categories`)
  const ids = new Map<string, string>()
  const add = async (categories: readonly SampleCategory[], parent_id: string | null) => {
    for (const { name, description, below = [] } of categories) {
      const there = items.find((each) => each.name === name && each.parent_id === parent_id)
      const body = { name, description, parent_id }
      const { id } = there ?? (await ask<Category>(`${productUrl}/categories`, { body, token }))
      ids.set(name, id)
      await add(below, id)
    }
  }
  await add(CATEGORIES, null)
  return ids
}

export async function signIn({ authUrl }: Shop, username: string, password: string): Promise<string> {
  const body = { username, password }
  return (await ask<{ access_token: string }>(`${authUrl}/login`, { body })).access_token
}

export type ListedProduct = { readonly id: string; readonly name: string; readonly price: string }

/** The first product of the list, if there is one. */
export async function firstProduct({ productUrl }: Shop, query = ''): Promise<ListedProduct | undefined> {
  const { items } = await ask<{ items: ListedProduct[] }>(`${productUrl}/products?limit=1${query}`)
  return items[0]
}

/** Digits after the decimal point of prices. */
export async function digitsOf({ productUrl }: Shop): Promise<number> {
  return (await ask<{ currency_digits: number }>(`${productUrl}/products/currency`)).currency_digits
}
