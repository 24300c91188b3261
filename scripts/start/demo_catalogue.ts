/** The sample catalogue `npm start` offers on a new data folder: a dozen things, loaded as an admin would. */
import { formatMoney } from '@shop/service_kit/money'

type Sample = readonly [name: string, description: string, minor: number, stock: number]

/** Prices in minor units: 14.50 in dollars, 1450 in yen. */
const SAMPLES: readonly Sample[] = [
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

/** Says in a sentence what came of it. */
export async function loadDemo(shop: Shop, username: string, password: string): Promise<string> {
  if (await firstProduct(shop))
    return 'The catalogue already has products; the sample catalogue was not loaded.'
  const token = await signIn(shop, username, password)
  if (token === undefined) {
    return `The sample catalogue was not loaded: ${username} could not sign in with the known password.`
  }
  const digits = await digitsOf(shop)
  for (const [name, description, minor, stock] of SAMPLES) {
    const price = formatMoney(minor, digits)
    const answer = await fetch(`${shop.productUrl}/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ name, description, price, stock }),
    })
    if (!answer.ok) return `The sample catalogue was not loaded: ${await answer.text()}`
  }
  return `The sample catalogue was loaded: ${SAMPLES.length} products.`
}

export type ListedProduct = { readonly id: string; readonly name: string; readonly price: string }

/** A product that can be ordered now, if there is one. */
export async function firstProduct({ productUrl }: Shop, query = ''): Promise<ListedProduct | undefined> {
  const answer = await fetch(`${productUrl}/products?limit=1${query}`)
  const { items } = (await answer.json()) as { items: ListedProduct[] }
  return items[0]
}

/** Digits after the point of the shop's prices. */
export async function digitsOf({ productUrl }: Shop): Promise<number> {
  const answer = await fetch(`${productUrl}/products/currency`)
  return ((await answer.json()) as { currency_digits: number }).currency_digits
}

async function signIn({ authUrl }: Shop, username: string, password: string): Promise<string | undefined> {
  const answer = await fetch(`${authUrl}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  if (!answer.ok) return undefined
  return ((await answer.json()) as { access_token: string }).access_token
}
