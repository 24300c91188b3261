/** Compares what a row wants with what is there. Pure: the caller has looked everything up. */
import { type EditableDetails, isSame, keptSku, type ShownMedia } from './details.ts'
import { type Group, type GroupFields, type GroupOption, variantName } from './group.ts'
import type { ImportNote, ImportStep } from './import.ts'
import { type Saying, saying } from './import_texts.ts'
import { type GroupWish, type ProductWish, withOptions } from './import_wishes.ts'
import type { MediaItem } from './media.ts'
import type { Product, ProductFields } from './product.ts'

type Unnumbered<Step> = Step extends unknown ? Omit<Step, 'number'> : never
export type Planned = {
  /** Undefined if nothing is to be done. */
  readonly step: Unnumbered<ImportStep> | undefined
  readonly notes: readonly ImportNote[]
}

/** The group of a variant, as it will be when the variant's turn comes. */
export type FutureGroup = {
  readonly id: string
  readonly name: string
  readonly options: readonly GroupOption[]
}

/** `categories` are ids. `newId` is of a product that is not there yet. */
export function planProduct(
  wish: ProductWish,
  current: Product | undefined,
  {
    newId,
    group,
    categories,
  }: {
    readonly newId: string
    readonly group: FutureGroup | undefined
    readonly categories: readonly string[] | undefined
  },
): Planned {
  const { row } = wish
  const { details: chosen, stock, ...plain } = wish.fields
  const details: Partial<EditableDetails> = {
    ...chosen,
    ...(current && chosen.sku ? { sku: keptSku(current.details.sku, chosen.sku) } : {}),
    ...(categories === undefined ? {} : { categories }),
    ...(group === undefined ? {} : { groupId: group.id }),
    ...(wish.adds && chosen.attributes
      ? { attributes: { ...current?.details.attributes, ...chosen.attributes } }
      : {}),
  }
  const values = details.optionValues ?? current?.details.optionValues ?? []
  if (group && !fits(group, values)) {
    const options = group.options.map(({ name }) => name).join(', ')
    return faulty(row, 'option_values', saying('option_values_unfit', { options }))
  }
  if (current === undefined) {
    const name = plain.name ?? (group && variantName(group.name, values))
    if (name === undefined) return faulty(row, 'name', saying('product_name_missing'))
    if (plain.priceMinor === undefined) return faulty(row, 'price', saying('product_price_missing'))
    const fields = {
      ...{ name, description: plain.description ?? '', priceMinor: plain.priceMinor },
      details: notForNew(details),
    }
    return {
      step: { row, id: newId, name, seen: null, of: 'product', fields, delta: stock ?? 0 },
      notes: [],
    }
  }
  const differing = differences(plain, current)
  const different = detailsThatDiffer(details, current)
  const fields: Partial<Omit<ProductFields, 'stock'>> = {
    ...differing,
    ...(Object.keys(different).length > 0 ? { details: different } : {}),
  }
  const notes: ImportNote[] = []
  const { version = current.version } = wish
  if (Object.keys(fields).length > 0 && version < current.editVersion) {
    return { step: undefined, notes: [conflict(row, null, version, current.version)] }
  }
  let delta = stock === undefined ? 0 : stock - current.stock
  if (delta !== 0 && version !== current.version) {
    notes.push(conflict(row, 'stock', version, current.version))
    delta = 0
  }
  if (delta === 0 && Object.keys(fields).length === 0) return { step: undefined, notes }
  const { id, name } = current
  return { step: { row, id, name, seen: current.version, of: 'product', fields, delta }, notes }
}

/** Of a group that is not there yet, `newId`. */
export function planGroup(
  wish: GroupWish,
  current: Group | undefined,
  { newId, categories }: { readonly newId: string; readonly categories: readonly string[] | undefined },
): Planned {
  const { row, adds } = wish
  const wanted: Partial<GroupFields> = { ...wish.fields, ...(categories === undefined ? {} : { categories }) }
  if (current === undefined) {
    const { name, description = '', options } = wanted
    if (name === undefined) return faulty(row, 'name', saying('group_name_missing'))
    if (options === undefined) return faulty(row, 'options', saying('group_options_missing'))
    const fields = { ...notForNew(wanted), name, description, options }
    return { step: { row, id: newId, name, seen: null, of: 'group', fields }, notes: [] }
  }
  const { media, options, attributes, ...same } = wanted
  const rest = {
    ...same,
    options: options && adds ? withOptions(current.options, options) : options,
    attributes: attributes && adds ? { ...current.attributes, ...attributes } : attributes,
  }
  const fields: Partial<GroupFields> = {
    ...differences(rest, current),
    ...(media === undefined || isSame(media, current.media.map(itemOf)) ? {} : { media }),
  }
  if (Object.keys(fields).length === 0) return { step: undefined, notes: [] }
  const { version = current.version } = wish
  if (version < current.editVersion) {
    return { step: undefined, notes: [conflict(row, null, version, current.version)] }
  }
  const { id, name } = current
  return { step: { row, id, name, seen: current.version, of: 'group', fields }, notes: [] }
}

/** Does the product have all that a step wants, as after its application? */
export const hasFields = (product: Product, fields: Partial<Omit<ProductFields, 'stock'>>): boolean => {
  const { details = {}, ...plain } = fields
  return (
    Object.keys(differences(plain, product)).length === 0 &&
    Object.keys(detailsThatDiffer(details, product)).length === 0
  )
}

export function groupHasFields(group: Group, { media, ...rest }: Partial<GroupFields>): boolean {
  return (
    Object.keys(differences(rest, group)).length === 0 &&
    (media === undefined || isSame(media, group.media.map(itemOf)))
  )
}

export const itemOf = ({ id, alt, focus }: ShownMedia): MediaItem => ({ id, alt, focus })

function differences<Fields extends object>(wanted: Fields, current: object): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([field, value]) => value !== undefined && !isSame(value, (current as Record<string, unknown>)[field]),
    ),
  ) as Partial<Fields>
}

const detailsThatDiffer = (
  wanted: Partial<EditableDetails>,
  { details }: Product,
): Partial<EditableDetails> => differences(wanted, { ...details, media: details.media.map(itemOf) })

/** What is null or absent in a new one anyway; a time of publishing of what is published would be refused. */
const notForNew = <Fields extends object>(fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Fields

const fits = ({ options }: FutureGroup, values: readonly string[]): boolean =>
  values.length === options.length && options.every((option, i) => option.values.includes(values[i]!))

export const faulty = (row: number, column: string | null, why: Saying): Planned => ({
  step: undefined,
  notes: [{ row, column, kind: 'fault', ...why }],
})

const conflict = (row: number, column: 'stock' | null, seen: number, now: number): ImportNote => ({
  ...{ row, column, kind: 'conflict' },
  ...saying(column === null ? 'changed_since_export' : 'stock_changed_since_export', { seen, now }),
})
