/** Which values of a group's options can still be chosen: for a product page, without loading its variants. */
import type { GroupOption } from './group.ts'

export type VariantChoice = {
  readonly id: string
  readonly optionValues: readonly string[]
  readonly inStock: boolean
}

/** `exists`: some variant on sale has it together with what is chosen of the other options; `inStock`: one in stock. */
export type ValueChoice = { readonly value: string; readonly exists: boolean; readonly inStock: boolean }

export type Choices = {
  readonly options: readonly { readonly name: string; readonly values: readonly ValueChoice[] }[]
  /** The variant, when a value of each option is chosen; null if there is none. */
  readonly variantId: string | null
  /** The first variant that fits what is chosen: in stock, if there is such a one. */
  readonly suggestedId: string | null
}

/** `chosen` has a value or undefined for each option. */
export function choicesOf(
  options: readonly GroupOption[],
  variants: readonly VariantChoice[],
  chosen: readonly (string | undefined)[],
): Choices {
  const found = options.map(() => new Map<string, boolean>())
  let variantId: string | null = null
  let suggested: VariantChoice | undefined
  for (const variant of variants) {
    const { optionValues, inStock } = variant
    const differing = options.flatMap((_, i) =>
      chosen[i] === undefined || chosen[i] === optionValues[i] ? [] : [i],
    )
    if (differing.length === 0) {
      if (options.every((_, i) => chosen[i] !== undefined)) variantId = variant.id
      if (!suggested || (inStock && !suggested.inStock)) suggested = variant
    }
    for (const [i, values] of found.entries()) {
      if (differing.some((other) => other !== i)) continue
      const value = optionValues[i]!
      values.set(value, inStock || values.get(value) === true)
    }
  }
  return {
    options: options.map(({ name, values }, i) => ({
      name,
      values: values.map((value) => ({
        value,
        exists: found[i]!.has(value),
        inStock: found[i]!.get(value) === true,
      })),
    })),
    variantId,
    suggestedId: suggested?.id ?? null,
  }
}
