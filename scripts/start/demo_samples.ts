/** What is in the sample catalogue: a small tree of categories, and a dozen products, two of them groups of variants. */

export type SampleCategory = {
  readonly name: string
  readonly description: string
  readonly below?: readonly SampleCategory[]
}

type Common = {
  readonly name: string
  readonly description: string
  /** Prices in minor units: 14.50 in dollars, 1450 in yen. */
  readonly minor: number
  /** Names of categories. */
  readonly categories: readonly string[]
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly weight: number
}
export type SampleProduct = Common & {
  readonly sku: string
  readonly stock: number
  readonly compareAt?: number
}
export type SampleVariant = {
  readonly values: readonly string[]
  readonly sku: string
  readonly stock: number
  readonly minor?: number
}
export type SampleGroup = Common & {
  readonly options: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly variants: readonly SampleVariant[]
}
export type Sample = SampleProduct | SampleGroup

export const CATEGORIES: readonly SampleCategory[] = [
  {
    name: 'Kitchen',
    description: 'Made to be used every day, and to be kept.',
    below: [
      { name: 'Cookware', description: 'Iron, steel and wood for the stove and the board.' },
      { name: 'Tableware', description: 'Stoneware from the wheel.' },
      { name: 'Coffee and tea', description: 'For slow mornings.' },
    ],
  },
  {
    name: 'Home',
    description: 'Light, warmth and something that grows.',
    below: [
      { name: 'Lighting', description: 'Lamps and candles.' },
      { name: 'Plants', description: 'Seeds, soil and pots.' },
      { name: 'Wear at home', description: 'Warm feet, quiet steps.' },
    ],
  },
  {
    name: 'On the way',
    description: 'For the train, the bicycle and the trail.',
    below: [
      { name: 'Bags', description: 'Waxed canvas that gets better with rain.' },
      { name: 'Cycling', description: 'What you need beside the road.' },
      { name: 'Scarves', description: 'Fine wool for cold platforms.' },
    ],
  },
  { name: 'Desk', description: 'For those who still write by hand.' },
]

/** The first and the last are no groups: a list of products, oldest or newest first, begins with one. */
export const SAMPLES: readonly Sample[] = [
  {
    name: 'Walnut desk lamp',
    description: 'A warm light on an oiled walnut arm, with a linen shade.',
    ...{ minor: 8900, stock: 24, sku: 'LAMP-WALNUT', weight: 1900 },
    categories: ['Lighting', 'Desk'],
    attributes: { Material: ['Walnut', 'Linen'], Colour: ['Brown'] },
  },
  {
    name: 'Pour-over coffee set',
    description: 'Glass carafe, steel filter and a scoop; brews four cups.',
    ...{ minor: 4250, stock: 60, sku: 'COFFEE-SET', weight: 850 },
    categories: ['Coffee and tea'],
    attributes: { Material: ['Glass', 'Steel'], Care: ['Dishwasher'] },
  },
  {
    name: 'Merino travel scarf',
    description: 'Fine merino, woven in one piece, folds to the size of a fist.',
    ...{ minor: 5400, compareAt: 6900, stock: 45, sku: 'SCARF-MERINO', weight: 140 },
    categories: ['Scarves'],
    attributes: { Material: ['Wool'], Colour: ['Rust red'], Care: ['Hand wash'] },
  },
  {
    name: 'Cast-iron skillet',
    description: 'Twenty-six centimetres, seasoned twice, made to be inherited.',
    ...{ minor: 3900, stock: 80, sku: 'SKILLET-26', weight: 2400 },
    categories: ['Cookware'],
    attributes: { Material: ['Cast iron'], Colour: ['Black'], Care: ['Wipe clean'] },
  },
  {
    name: 'Wool felt slippers',
    description: 'Warm, quiet, and soled in cork.',
    ...{ minor: 4600, weight: 320 },
    categories: ['Wear at home'],
    attributes: { Material: ['Wool', 'Cork'], Colour: ['Grey'], Care: ['Wipe clean'] },
    options: [{ name: 'Size', values: ['36–37', '38–39', '40–41', '42–43', '44–45'] }],
    variants: [
      { values: ['36–37'], sku: 'SLIPPERS-36', stock: 6 },
      { values: ['38–39'], sku: 'SLIPPERS-38', stock: 14 },
      { values: ['40–41'], sku: 'SLIPPERS-40', stock: 1 },
      { values: ['42–43'], sku: 'SLIPPERS-42', stock: 9 },
      { values: ['44–45'], sku: 'SLIPPERS-44', stock: 0 },
    ],
  },
  {
    name: 'Bicycle repair kit',
    description: 'Levers, patches, pump and a multi-tool in a canvas roll.',
    ...{ minor: 2795, stock: 120, sku: 'REPAIR-KIT', weight: 480 },
    categories: ['Cycling'],
    attributes: { Material: ['Canvas', 'Steel'], Colour: ['Olive'] },
  },
  {
    name: 'Stoneware mug',
    description: 'Thrown by hand and glazed in one of three colours; no two the same.',
    ...{ minor: 1800, weight: 380 },
    categories: ['Tableware', 'Coffee and tea'],
    attributes: { Material: ['Stoneware'], Care: ['Dishwasher'] },
    options: [
      { name: 'Glaze', values: ['Sea green', 'Oat white', 'Ink blue'] },
      { name: 'Size', values: ['300 ml', '450 ml'] },
    ],
    variants: [
      { values: ['Sea green', '300 ml'], sku: 'MUG-GREEN-300', stock: 70 },
      { values: ['Sea green', '450 ml'], sku: 'MUG-GREEN-450', stock: 28, minor: 2200 },
      { values: ['Oat white', '300 ml'], sku: 'MUG-WHITE-300', stock: 40 },
      { values: ['Oat white', '450 ml'], sku: 'MUG-WHITE-450', stock: 0, minor: 2200 },
      { values: ['Ink blue', '300 ml'], sku: 'MUG-BLUE-300', stock: 12 },
    ],
  },
  {
    name: 'Canvas rucksack',
    description: 'Eighteen litres of waxed canvas with a sleeve for a laptop.',
    ...{ minor: 9900, stock: 30, sku: 'RUCKSACK-18', weight: 1100 },
    categories: ['Bags', 'Cycling'],
    attributes: { Material: ['Canvas', 'Leather'], Colour: ['Olive'], Care: ['Wipe clean'] },
  },
  {
    name: 'Beeswax candles',
    description: 'A pair that burns eight hours each, with nothing added.',
    ...{ minor: 1200, stock: 200, sku: 'CANDLES-2', weight: 260 },
    categories: ['Lighting'],
    attributes: { Material: ['Beeswax'], Colour: ['Honey'] },
  },
  {
    name: 'Chef’s knife',
    description: 'Twenty centimetres of carbon steel with an ash handle.',
    ...{ minor: 11900, stock: 18, sku: 'KNIFE-20', weight: 210 },
    categories: ['Cookware'],
    attributes: { Material: ['Steel', 'Ash'], Care: ['Wipe clean'] },
  },
  {
    name: 'Herb garden kit',
    description: 'Basil, thyme and chives, with soil and three clay pots.',
    ...{ minor: 2350, stock: 75, sku: 'HERBS-3', weight: 1700 },
    categories: ['Plants', 'Kitchen'],
    attributes: { Material: ['Clay'], Colour: ['Terracotta'] },
  },
  {
    name: 'Dotted notebook',
    description: 'One hundred and sixty pages of heavy paper that lies flat.',
    ...{ minor: 1450, stock: 400, sku: 'NOTEBOOK-DOT', weight: 330 },
    categories: ['Desk'],
    attributes: { Material: ['Paper', 'Linen'], Colour: ['Blue-green'] },
  },
]
