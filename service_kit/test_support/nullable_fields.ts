/** The fields of a schema that may be null, and values that each breaks one limit of a field. */

type Schema = { readonly [keyword: string]: unknown }
export type NullableField = { readonly path: readonly string[]; readonly wrong: readonly unknown[] }

/** Of a body, at any depth. `0` in a path is an entry of a list, `*` a field of any name. */
export function nullableFields(schema: unknown, path: readonly string[] = []): NullableField[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { anyOf = [], properties = {}, additionalProperties, items, type } = schema as Schema
  const forms = anyOf as Schema[]
  const isNullable =
    forms.some((form) => form.type === 'null') || (Array.isArray(type) && type.includes('null'))
  return [
    ...(isNullable ? [{ path, wrong: [schema as Schema, ...forms].flatMap(wrongValues) }] : []),
    ...Object.entries(properties as object).flatMap(([name, field]) =>
      nullableFields(field, [...path, name]),
    ),
    ...nullableFields(items, [...path, '0']),
    ...nullableFields(additionalProperties, [...path, '*']),
    ...forms.flatMap((form) => nullableFields(form, path)),
  ]
}

/** A body that has that value at the path, and nothing else. */
export const bodyWith = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, name) => (name === '0' ? [inner] : { [name]: inner }), value)

/** Of the right type. */
function wrongValues(schema: Schema): unknown[] {
  const { type, minLength = 0, maxLength, pattern, format, minimum, maximum } = schema
  const types = [type].flat()
  const texts = [
    ...((minLength as number) > 0 ? [''] : []),
    ...(maxLength === undefined ? [] : ['a'.repeat((maxLength as number) + 1)]),
    ...(pattern === undefined && format === undefined && !('x-text' in schema) ? [] : ['\0']),
  ]
  const numbers = [
    ...(minimum === undefined ? [] : [(minimum as number) - 1]),
    ...(maximum === undefined ? [] : [(maximum as number) + 1]),
    ...(types.includes('integer') ? [0.5] : []),
  ]
  return [
    ...(types.includes('string') ? texts : []),
    ...(types.includes('integer') || types.includes('number') ? numbers : []),
  ]
}
