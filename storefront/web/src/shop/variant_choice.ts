/**
 * Choosing a variant of a group: one value of each option. Pure functions; `undefined` stands for an option without a choice.
 */
import type { Choices, Group, Product } from '../api/types.ts'

export type Chosen = readonly (string | undefined)[]
export type Option = Choices['options'][number]

/** Where there is only one value, it is chosen already. */
export const atFirst = (options: readonly { readonly values: readonly string[] }[]): Chosen =>
  options.map(({ values }) => (values.length === 1 ? values[0] : undefined))

/** `named` is the variant that the address names: it counts if it is one of this group. */
export const chosenAtFirst = (group: Pick<Group, 'id' | 'options'>, named: Product | undefined): Chosen =>
  named?.group_id === group.id ? named.option_values : atFirst(group.options)

/** As parameters of `GET /groups/{id}/choices`. */
export const choiceParams = (chosen: Chosen): Readonly<Record<string, string>> =>
  Object.fromEntries(chosen.flatMap((value, i) => (value === undefined ? [] : [[`value${i + 1}`, value]])))

export const withValue = (chosen: Chosen, at: number, value: string): Chosen =>
  chosen.map((before, i) => (i === at ? value : before))

export const isComplete = (chosen: Chosen): boolean => chosen.every((value) => value !== undefined)

/** The first option without a choice. */
export const nextToChoose = <Named>(options: readonly Named[], chosen: Chosen): Named | undefined =>
  options[chosen.indexOf(undefined)]

export const hasValues = (variant: { readonly option_values: readonly string[] }, chosen: Chosen): boolean =>
  chosen.length === variant.option_values.length &&
  chosen.every((value, i) => value === variant.option_values[i])

/** Before the answer has arrived, every value can be chosen. */
export const untested = (
  options: readonly { readonly name: string; readonly values: readonly string[] }[],
): Option[] =>
  options.map(({ name, values }) => ({
    name,
    values: values.map((value) => ({ value, exists: true, in_stock: true })),
  }))
