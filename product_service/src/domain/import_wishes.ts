/** What a row of a file wants, before it is compared with the catalogue. An absent field stays as it is. */
import type { EditableDetails } from './details.ts'
import type { GroupFields, GroupOption } from './group.ts'
import type { ImportNote } from './import.ts'
import type { ProductFields } from './product.ts'

type Common = {
  /** From a file of another shop: options and attributes that it does not have are kept. */
  readonly adds: boolean
  /** Ids, slugs, or paths of names such as `Home > Kitchen`. */
  readonly categories?: readonly string[]
}

export type GroupWish = Common & {
  readonly of: 'group'
  readonly row: number
  readonly id?: string
  /** The version that was exported. */
  readonly version?: number
  readonly fields: Partial<Omit<GroupFields, 'categories'>>
}

export type ProductWish = Common & {
  readonly of: 'product'
  readonly row: number
  readonly id?: string
  readonly version?: number
  /** Of a variant: the id or slug of its group. */
  readonly group?: string
  readonly fields: Partial<Omit<ProductFields, 'details'>> & {
    readonly details: Partial<Omit<EditableDetails, 'categories' | 'groupId'>>
  }
}

export type Wish = GroupWish | ProductWish

/** A wish and what is to be said of its row; undefined if the row has a fault, or nothing to do. */
export type ReadRow = { readonly wish: Wish | undefined; readonly notes: readonly ImportNote[] }

/** The options of a group with those of a file: what is there stays in its place, because variants may have it. */
export function withOptions(
  before: readonly GroupOption[],
  wanted: readonly GroupOption[],
): readonly GroupOption[] {
  return wanted.map(({ name, values }, i) => {
    const known = before[i]?.name === name ? before[i].values : []
    return { name, values: [...known, ...values.filter((value) => !known.includes(value))] }
  })
}
