/**
 * The builders of JSON Schema that are used here, with TypeBox's types.
 *
 * To load TypeBox is a third of the work of every process that starts: 373 modules
 * ([decision 24](../../../docs/decisions/0024-schemas-without-loading-typebox.md)). So only its types are imported. A test
 * compares each builder with that of TypeBox.
 */
import type {
  Static,
  TAddOptional,
  TArray,
  TArrayOptions,
  TBoolean,
  TEnum,
  TEnumValue,
  TInteger,
  TLiteral,
  TLiteralValue,
  TNull,
  TNumberOptions,
  TObject,
  TObjectOptions,
  TProperties,
  TSchema,
  TSchemaOptions,
  TString,
  TStringOptions,
  TUnion,
  TUnsafe,
} from 'typebox'

export type { Static, TObject, TProperties, TSchema }

/** Schemas of optional fields. Not a property of the schema, so that no document shows it. */
const optional = new WeakSet<object>()

const Type = {
  Array: <Item extends TSchema>(items: Item, options?: TArrayOptions) =>
    ({ type: 'array', items, ...options }) as TArray<Item>,
  Boolean: (options?: TSchemaOptions) => ({ type: 'boolean', ...options }) as TBoolean,
  Enum: <const Values extends TEnumValue[]>(values: readonly [...Values], options?: TSchemaOptions) =>
    ({ enum: values, ...options }) as unknown as TEnum<Values>,
  Integer: (options?: TNumberOptions) => ({ type: 'integer', ...options }) as TInteger,
  Literal: <const Value extends TLiteralValue>(value: Value, options?: TSchemaOptions) =>
    ({ type: typeof value, const: value, ...options }) as unknown as TLiteral<Value>,
  Null: (options?: TSchemaOptions) => ({ type: 'null', ...options }) as TNull,
  Object: <Properties extends TProperties>(properties: Properties, options?: TObjectOptions) => {
    const required = Object.keys(properties).filter((name) => !optional.has(properties[name]!))
    const needed = required.length > 0 ? { required } : {}
    return { type: 'object', ...needed, properties, ...options } as unknown as TObject<Properties>
  },
  Optional: <Schema extends TSchema>(schema: Schema) => {
    const copy = { ...schema }
    optional.add(copy)
    return copy as unknown as TAddOptional<Schema>
  },
  String: (options?: TStringOptions) => ({ type: 'string', ...options }) as TString,
  Union: <Schemas extends TSchema[]>(anyOf: [...Schemas], options?: TSchemaOptions) =>
    ({ anyOf, ...options }) as unknown as TUnion<Schemas>,
  Unsafe: <Value>(schema: TSchema) => ({ ...schema }) as TUnsafe<Value>,
}

export default Type
