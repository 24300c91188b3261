/** Checks of fields of unknown type. Each returns the value, or throws an Error with `message`. */

export type Fields = Readonly<Record<string, unknown>>
/** The same fields, of unknown type. */
export type Unchecked<Record> = { readonly [Key in keyof Record]: unknown }

export type Checks = ReturnType<typeof checks>

export function checks(message: string) {
  const fail = (): never => {
    throw new Error(message)
  }
  /** Not empty. */
  const text = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : fail())
  /** A whole number from 0. */
  const count = (value: unknown): number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fail()
  const object = (value: unknown): Fields => (value instanceof Object ? (value as Fields) : fail())
  const list = <Item>(values: unknown, item: (value: unknown) => Item): readonly Item[] =>
    Array.isArray(values) ? values.map(item) : fail()
  return {
    fail,
    text,
    count,
    object,
    list,
    objects: <Item>(values: unknown, item: (value: Fields) => Item) =>
      list(values, (value) => item(object(value))),
    optional: <Value>(check: (value: unknown) => Value, value: unknown): Value | undefined =>
      value === undefined ? undefined : check(value),
    oneOf: <Value extends string>(values: readonly Value[], value: unknown): Value =>
      values.find((each) => each === value) ?? fail(),
  }
}
