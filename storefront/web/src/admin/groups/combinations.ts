/** Which variants a group can have, and which it lacks. */

/** Of one group, as the service has it. */
export const VARIANTS_MAX = 2_000

type Option = { readonly name: string; readonly values: readonly string[] }
export type Combination = readonly string[]

export const countOf = (options: readonly Option[]): number =>
  options.reduce((count, { values }) => count * values.length, 1)

/** One value of each option, in the order of the shop. */
export function combinationsOf(options: readonly Option[]): Combination[] {
  return options.reduce<Combination[]>(
    (before, { values }) => before.flatMap((start) => values.map((value) => [...start, value])),
    [[]],
  )
}

/** Those without a variant. */
export function missing(options: readonly Option[], existing: readonly Combination[]): Combination[] {
  const known = new Set(existing.map((each) => JSON.stringify(each)))
  return combinationsOf(options).filter((each) => !known.has(JSON.stringify(each)))
}

/**
 * The SKU of a combination: `{1}` is the value of the first option, `{1:3}` its first three letters; `{n}` counts from 1.
 * Values are written in capitals, without spaces. Undefined for an empty pattern.
 */
export function skuOf(pattern: string, values: Combination, n: number): string | undefined {
  if (pattern.trim() === '') return undefined
  return pattern.trim().replaceAll(/\{(n|\d)(?::(\d{1,2}))?\}/g, (text, which: string, letters?: string) => {
    if (which === 'n') return String(n)
    const value = values[Number(which) - 1]
    if (value === undefined) return text
    const plain = [...value.toUpperCase().replaceAll(/\s+/g, '')]
    return plain.slice(0, letters === undefined ? undefined : Number(letters)).join('')
  })
}

/** The SKUs that several combinations would get. */
export function repeatedSkus(skus: readonly (string | undefined)[]): string[] {
  const seen = new Set<string>()
  return [
    ...new Set(skus.filter((sku): sku is string => sku !== undefined && (seen.has(sku) || !seen.add(sku)))),
  ]
}
