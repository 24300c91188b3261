/**
 * The limits of request fields in an OpenAPI document, by operation, then by field (`lines.quantity`: a field of the items
 * of `lines`). Forms read them from src/generated/limits.ts.
 */
const LIMITS = [
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
] as const
type Limit = (typeof LIMITS)[number]
export type Limits = Partial<Record<Limit, number>>

type Schema = Limits & {
  readonly properties?: Record<string, Schema>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}
type Operation = {
  readonly requestBody?: { content: Record<string, { schema?: Schema }> }
  readonly parameters?: readonly { name: string; in: string; schema?: Schema }[]
}
export type RequestDocument = { readonly paths: Record<string, Record<string, Operation>> }

/** `POST /orders` → `lines` → `{ minItems: 1, maxItems: 50 }`. Operations under /internal/ are left out. */
export function limitsIn({ paths }: RequestDocument): Record<string, Record<string, Limits>> {
  const operationLimits: Record<string, Record<string, Limits>> = {}
  for (const [path, operations] of Object.entries(paths)) {
    if (path.startsWith('/internal/')) continue
    for (const [method, { requestBody, parameters = [] }] of Object.entries(operations)) {
      const fields: Record<string, Limits> = {}
      const body = requestBody?.content['application/json']?.schema
      if (body) collect(body, '', fields)
      for (const { name, in: where, schema } of parameters) {
        if (where === 'query' && schema) collect(schema, name, fields)
      }
      if (Object.keys(fields).length > 0) operationLimits[`${method.toUpperCase()} ${path}`] = fields
    }
  }
  return operationLimits
}

function collect(schema: Schema, field: string, fields: Record<string, Limits>): void {
  const own = Object.fromEntries(
    LIMITS.filter((limit) => schema[limit] !== undefined).map((limit) => [limit, schema[limit]]),
  )
  if (field !== '' && Object.keys(own).length > 0) fields[field] = { ...fields[field], ...own }
  for (const either of schema.anyOf ?? []) collect(either, field, fields)
  const below = field === '' ? '' : `${field}.`
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    collect(property, below + name, fields)
  }
  if (schema.items) collect(schema.items, field, fields)
}
