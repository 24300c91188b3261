/** Looks up what the rows of a file mean, in the catalogue and in the rows before. */
import type { Group } from '../domain/group.ts'
import type { Groups } from '../domain/group_ports.ts'
import type { FutureGroup } from '../domain/import_plan.ts'
import type { Exported } from '../domain/import_ports.ts'
import { type Saying, saying } from '../domain/import_texts.ts'
import type { GroupWish, ProductWish } from '../domain/import_wishes.ts'
import type { Catalogue } from '../domain/ports.ts'
import type { Product } from '../domain/product.ts'
import type { SlugOwner } from '../domain/slug.ts'

export type KnownPorts = {
  readonly catalogue: Pick<Catalogue, 'findAny' | 'listAny' | 'slugOwner'>
  readonly groups: Pick<Groups, 'find'>
  readonly exported: Pick<Exported, 'variants'>
}

/** Why the row means nothing. */
export class Unknown extends Error {
  readonly column: string
  readonly why: Saying
  constructor(column: string, why: Saying) {
    super(why.message)
    this.column = column
    this.why = why
  }
}

const ID = /^[0-9a-f-]{36}$/
const VARIANTS_AT_ONCE = 500

export function createKnown({ catalogue, groups, exported }: KnownPorts) {
  /** Variants of the group that was asked for last, by their values. */
  let variants: { readonly groupId: string; readonly byValues: ReadonlyMap<string, string> } | undefined

  const variantIds = async (groupId: string): Promise<ReadonlyMap<string, string>> => {
    if (variants?.groupId === groupId) return variants.byValues
    const byValues = new Map<string, string>()
    for (let after: string | undefined; ; ) {
      const page = await exported.variants(groupId, after, VARIANTS_AT_ONCE)
      for (const { id, details } of page) byValues.set(JSON.stringify(details.optionValues), id)
      if (page.length < VARIANTS_AT_ONCE) break
      after = page.at(-1)!.id
    }
    variants = { groupId, byValues }
    return byValues
  }

  const bySku = async (sku: string): Promise<Product | undefined> =>
    (await catalogue.listAny({ sku }, { after: undefined, limit: 1 })).items[0]

  return {
    /** Undefined for a new group. Fails with Unknown. */
    async group({ id, fields: { slug } }: GroupWish): Promise<Group | undefined> {
      if (id !== undefined) {
        const found = await groups.find(id)
        if (!found) throw new Unknown('id', saying('group_id_unknown', { id }))
        return found
      }
      const owner = await currentOwner(slug)
      if (owner === undefined) return undefined
      if (owner.kind !== 'group') throw ofAnother(slug!, owner)
      return groups.find(owner.id)
    },
    /** The group of a variant that is in the catalogue. */
    async groupNamed(name: string): Promise<FutureGroup | undefined> {
      const id = ID.test(name) ? name : (await currentOwner(name))?.id
      return id === undefined ? undefined : groups.find(id)
    },
    /** Undefined for a new product. Fails with Unknown. */
    async product(
      { id, fields: { details } }: ProductWish,
      group: FutureGroup | undefined,
    ): Promise<Product | undefined> {
      const { sku, slug, optionValues } = details
      const owner = sku ? await bySku(sku) : undefined
      if (id !== undefined) {
        const found = await catalogue.findAny(id)
        if (!found) throw new Unknown('id', saying('product_unknown', { id }))
        if (owner && owner.id !== id) {
          throw new Unknown('sku', saying('sku_of_other', { sku: sku!, owner: owner.name }))
        }
        return found
      }
      if (owner) return owner
      if (group) {
        const known = (await variantIds(group.id)).get(JSON.stringify(optionValues))
        return known === undefined ? undefined : catalogue.findAny(known)
      }
      const named = await currentOwner(slug)
      if (named === undefined) return undefined
      if (named.kind !== 'product') throw ofAnother(slug!, named)
      return catalogue.findAny(named.id)
    },
  }

  async function currentOwner(slug: string | null | undefined) {
    const owner = slug ? await catalogue.slugOwner(slug) : undefined
    return owner?.current ? owner : undefined
  }
}

const ofAnother = (slug: string, { kind }: SlugOwner) =>
  new Unknown('slug', saying(`address_of_${kind}`, { slug }))

export type Known = ReturnType<typeof createKnown>
