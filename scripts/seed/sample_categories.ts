/** The categories of made-up products: two levels, and which thing is in which. */
import { parentOf } from '@shop/product_service/domain/category'
import type { Stores } from '@shop/product_service/domain/ports'
import type { AuditStamp } from '@shop/product_service/domain/product'

const SHELVES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Home: {
    Lighting: 'desk lamp,floor lamp,lantern,candle holder',
    Furniture: 'bookshelf,side table,stool,armchair,coat rack',
    Textiles: 'blanket,pillow,rug,curtain,towel',
    Decoration: 'mirror,clock,vase,picture frame,basket',
  },
  Kitchen: {
    Cookware: 'skillet,saucepan,cutting board,chef’s knife,apron',
    Tableware: 'mug,bowl,carafe,tray',
    'Coffee and tea': 'teapot,coffee grinder',
  },
  'On the way': { Bags: 'rucksack,tote bag,wallet', Scarves: 'scarf,cap' },
  Garden: { Plants: 'planter,watering can', Birds: 'bird house' },
  Desk: { Stationery: 'notebook,pencil case' },
  Play: { Games: 'chess set,kite' },
}

export const CATEGORY_OF: ReadonlyMap<string, string> = new Map(
  Object.values(SHELVES).flatMap((below) =>
    Object.entries(below).flatMap(([name, things]) =>
      things.split(',').map((thing): [string, string] => [thing, name]),
    ),
  ),
)

/** Those that are there already are taken. Resolves to their ids by name. */
export async function addSampleCategories(
  { categories }: Stores,
  newId: () => string,
  stamp: AuditStamp,
): Promise<ReadonlyMap<string, string>> {
  const { categories: there } = await categories.tree()
  const ids = new Map<string, string>()
  const add = async (name: string, parentId: string | null): Promise<string> => {
    const found = there.find((each) => each.name === name && parentOf(each) === parentId)
    const draft = { id: newId(), fields: { name, description: '', parentId } }
    const { id } = found ?? (await categories.create(draft, stamp))
    ids.set(name, id)
    return id
  }
  for (const [name, below] of Object.entries(SHELVES)) {
    const id = await add(name, null)
    for (const each of Object.keys(below)) await add(each, id)
  }
  return ids
}
