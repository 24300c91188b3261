/**
 * Made-up products. The same `seed` gives the same names, descriptions, attributes, prices and stock in the same order. Ids are
 * new each time, so a catalogue can be filled twice.
 */
import type { ProductFields } from '@shop/product_service/domain/product'
import { CATEGORY_OF } from './sample_categories.ts'

const QUALITIES =
  'hand-finished classic compact everyday heavy-duty lightweight folding travel studio garden winter summer rustic modern vintage slim wide stackable washable reversible'.split(
    ' ',
  )
const MATERIALS =
  'walnut oak ash bamboo linen cotton wool merino felt leather cork steel brass copper cast-iron aluminium glass stoneware porcelain canvas rattan marble slate beech birch'.split(
    ' ',
  )
const THINGS = [
  ...['desk lamp', 'floor lamp', 'bookshelf', 'side table', 'stool', 'armchair', 'coat rack', 'mirror'],
  ...['teapot', 'coffee grinder', 'skillet', 'saucepan', 'cutting board', 'chef’s knife', 'mug', 'bowl'],
  ...['carafe', 'tray', 'blanket', 'pillow', 'rug', 'curtain', 'towel', 'apron', 'scarf', 'cap'],
  ...['rucksack', 'tote bag', 'wallet', 'notebook', 'pencil case', 'clock', 'vase', 'planter', 'basket'],
  ...['watering can', 'bird house', 'lantern', 'candle holder', 'picture frame', 'chess set', 'kite'],
]
const PLACES =
  'kitchen,workshop,study,balcony,hallway,bedroom,garden,studio,campsite,office,nursery,guest room'.split(',')
const COLOURS =
  'natural black ivory sea-green rust ochre indigo charcoal sand moss plum sky-blue terracotta'.split(' ')
const PROMISES = [
  'Made to be repaired: every part is sold separately.',
  'Packed without plastic.',
  'Finished by hand, so no two are quite the same.',
  'Tested for ten thousand uses.',
  'A small workshop makes it in batches of a hundred.',
  'Wipe with a damp cloth; it asks for nothing more.',
  'It ships flat and goes together without tools.',
]
const ONE_IN_SOLD_OUT = 20
const STOCK_HIGHEST = 400

/** Each call returns the next product. `categories`: ids by name. */
export function sampleProducts(
  seed: number,
  categories: ReadonlyMap<string, string> = new Map(),
): () => ProductFields {
  const chance = createRandom(seed)
  const below = (limit: number) => Math.floor(chance() * limit)
  const pick = (from: readonly string[]): string => from[below(from.length)]!
  let number = 0
  return () => {
    number++
    const [quality, material, thing, colour] = [QUALITIES, MATERIALS, THINGS, COLOURS].map(pick)
    const name = `${capital(quality!)} ${material} ${thing}, ${colour} (No. ${number})`
    const place = pick(PLACES)
    const centimetres = 8 + below(110)
    const description = `A ${quality} ${thing} of ${material} for the ${place}, in ${colour}, ${centimetres} cm. ${promises(below)}`
    const category = categories.get(CATEGORY_OF.get(thing!)!)
    const details = {
      attributes: { Material: [capital(material!)], Colour: [capital(colour!)] },
      ...(category === undefined ? {} : { categories: [category] }),
    }
    return { name, description, priceMinor: priceFrom(chance()), stock: stockFrom(below), details }
  }
}

/** Two of them, not the same. */
function promises(below: (limit: number) => number): string {
  const first = below(PROMISES.length)
  const second = (first + 1 + below(PROMISES.length - 1)) % PROMISES.length
  return `${PROMISES[first]} ${PROMISES[second]}`
}

/** Many cheap things and few dear ones, from 3 to about 900, ending on 95, 90 or 00. */
function priceFrom(chance: number): number {
  const whole = Math.round(3 * Math.exp(chance * 5.7)) * 100
  return whole - ([5, 10, 0][Math.floor(chance * 1000) % 3] ?? 0)
}

const stockFrom = (below: (limit: number) => number) =>
  below(ONE_IN_SOLD_OUT) === 0 ? 0 : 1 + below(STOCK_HIGHEST)

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/** mulberry32, a small generator that gives the same numbers on every machine: from 0 up to 1. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
