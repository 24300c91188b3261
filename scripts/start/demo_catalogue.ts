/** The sample catalogue of `npm start -- --demo`: a dozen products, added over HTTP by the first admin. */
import { formatMoney } from '@shop/service_kit/money/money'
import { ask } from './ask.ts'

type Sample = readonly [name: string, description: string, minor: number, stock: number]

/** Prices in minor units: 14.50 in dollars, 1450 in yen. */
export const SAMPLES: readonly Sample[] = [
  ['Walnut desk lamp', 'A warm light on an oiled walnut arm, with a linen shade.', 8900, 24],
  ['Pour-over coffee set', 'Glass carafe, steel filter and a scoop; brews four cups.', 4250, 60],
  ['Merino travel scarf', 'Fine merino, woven in one piece, folds to the size of a fist.', 5400, 45],
  ['Cast-iron skillet', 'Twenty-six centimetres, seasoned twice, made to be inherited.', 3900, 80],
  ['Wool felt slippers', 'Warm, quiet, and soled in cork.', 4600, 1],
  ['Bicycle repair kit', 'Levers, patches, pump and a multi-tool in a canvas roll.', 2795, 120],
  ['Stoneware mug', 'Thrown by hand and glazed in sea green; no two the same.', 1800, 150],
  ['Canvas rucksack', 'Eighteen litres of waxed canvas with a sleeve for a laptop.', 9900, 30],
  ['Beeswax candles', 'A pair that burns eight hours each, with nothing added.', 1200, 200],
  ['Chef’s knife', 'Twenty centimetres of carbon steel with an ash handle.', 11900, 18],
  ['Herb garden kit', 'Basil, thyme and chives, with soil and three clay pots.', 2350, 75],
  ['Dotted notebook', 'One hundred and sixty pages of heavy paper that lies flat.', 1450, 400],
]

export type Shop = { readonly authUrl: string; readonly productUrl: string }

/** Resolves to a sentence about the result. */
export async function loadDemo(shop: Shop, username: string, password: string): Promise<string> {
  if (await firstProduct(shop))
    return 'The catalogue already has products; the sample catalogue was not loaded.'
  let loaded = 0
  try {
    const token = await signIn(shop, username, password)
    const digits = await digitsOf(shop)
    for (const [name, description, minor, stock] of SAMPLES) {
      const price = formatMoney(minor, digits)
      await ask(`${shop.productUrl}/products`, { body: { name, description, price, stock }, token })
      loaded += 1
    }
    return `The sample catalogue was loaded: ${SAMPLES.length} products.`
  } catch (error) {
    const what = loaded === 0 ? 'not loaded' : `loaded in part, ${loaded} of ${SAMPLES.length} products`
    return `The sample catalogue was ${what}: ${(error as Error).message}`
  }
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
