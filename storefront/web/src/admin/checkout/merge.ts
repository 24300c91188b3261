/**
 * Two admins changed taxes and shipping: what only one of them changed keeps that change; what both changed is as in `mine`, which
 * its admin sees. Rates are the same by class and place, methods by their id.
 */
import type { Wanted } from './draft.ts'

export type Section = keyof Wanted

export const SECTIONS = ['prices_include_tax', 'tax_rates', 'shipping_methods'] as const satisfies Section[]

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

export const changedSections = (before: Wanted, after: Wanted): Section[] =>
  SECTIONS.filter((section) => !same(before[section], after[section]))

export function merged(before: Wanted, mine: Wanted, theirs: Wanted): Wanted {
  return {
    prices_include_tax: same(before.prices_include_tax, mine.prices_include_tax)
      ? theirs.prices_include_tax
      : mine.prices_include_tax,
    tax_rates: mergeLists(
      ...[before.tax_rates, mine.tax_rates, theirs.tax_rates],
      ({ tax_class, country, region }) => `${tax_class} ${country} ${region}`,
    ),
    shipping_methods: mergeLists(
      ...[before.shipping_methods, mine.shipping_methods, theirs.shipping_methods],
      ({ id }) => id,
    ),
  }
}

/** In the order of `mine`, then what they added. */
function mergeLists<Item>(
  before: readonly Item[],
  mine: readonly Item[],
  theirs: readonly Item[],
  keyOf: (item: Item) => string,
): Item[] {
  const [was, ours, others] = [before, mine, theirs].map(
    (items) => new Map(items.map((item) => [keyOf(item), item])),
  )
  return [...new Set([...ours!.keys(), ...others!.keys()])].flatMap((key) => {
    const untouched = same(ours!.get(key), was!.get(key))
    const item = untouched ? others!.get(key) : ours!.get(key)
    return item === undefined ? [] : [item]
  })
}
