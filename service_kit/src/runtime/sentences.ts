/**
 * Messages of validation errors: one sentence, without its subject, for each keyword of a schema. A schema may have its own
 * message in `x-message`. One with a pattern must, because a pattern is no message for people.
 */
import type { ErrorObject } from 'ajv'

/** A schema's own message for every error of its value. */
export const MESSAGE = 'x-message'

type Params = Readonly<Record<string, unknown>>
type Schema = Readonly<Record<string, unknown>> | undefined

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be an id such as 01890a5d-ac96-774b-bcce-b302099a8057',
  'date-time': 'must be a time such as 2026-01-31T12:00:00Z',
}

const count = (params: Params, one: string, many = `${one}s`) =>
  `${String(params.limit)} ${params.limit === 1 ? one : many}`

const SENTENCES: Readonly<Record<string, (params: Params, schema: Schema) => string>> = {
  required: () => 'is required',
  additionalProperties: (_params, schema) => {
    const known = Object.keys((schema?.properties as object | undefined) ?? {})
    return known.length === 0 ? 'is not a known field' : `is not a known field; known: ${known.join(', ')}`
  },
  type: ({ type }) =>
    `must be ${[type]
      .flat()
      .map((each) => TYPES[String(each)] ?? String(each))
      .join(' or ')}`,
  enum: ({ allowedValues }) => `must be one of ${(allowedValues as unknown[]).join(', ')}`,
  const: ({ allowedValue }) => `must be ${String(allowedValue)}`,
  minLength: (params) =>
    params.limit === 1 ? 'must not be empty' : `must have at least ${count(params, 'character')}`,
  maxLength: (params) => `must have at most ${count(params, 'character')}`,
  minItems: (params) => `must have at least ${count(params, 'entry', 'entries')}`,
  maxItems: (params) => `must have at most ${count(params, 'entry', 'entries')}`,
  minimum: ({ limit }) => `must be at least ${String(limit)}`,
  maximum: ({ limit }) => `must be at most ${String(limit)}`,
  format: ({ format }) => FORMATS[String(format)] ?? 'has a form that is not allowed here',
  pattern: () => 'has a form that is not allowed here',
  anyOf: () => 'has none of the forms that are allowed here',
}

/** Errors of an object about its fields. `x-message` is for errors of the value itself. */
const ABOUT_FIELDS = new Set(['required', 'additionalProperties'])

/** For errors of a validator with the option `verbose`. */
export function sentenceOf({ keyword, params, message, parentSchema }: ErrorLike): string {
  const schema = parentSchema as Schema
  const own = ABOUT_FIELDS.has(keyword) ? undefined : schema?.[MESSAGE]
  if (typeof own === 'string') return own
  return SENTENCES[keyword]?.(params as Params, schema) ?? message ?? 'is invalid'
}

export type ErrorLike = Pick<ErrorObject, 'keyword' | 'instancePath' | 'schemaPath'> & {
  readonly params: object
  readonly message?: string | undefined
  readonly parentSchema?: unknown
}

export type Fault = { readonly path: string; readonly message: string }

/**
 * One fault for each path, in the order of the errors. A value that fits no alternative of an `anyOf` has the faults of the
 * alternative that is meant. If that is not clear, or if the `anyOf` has its own message, it has one fault.
 */
export function faultsOf(errors: readonly ErrorLike[]): Fault[] {
  const omitted = new Set(errors.filter(({ keyword }) => keyword === 'anyOf').flatMap(omittedFor(errors)))
  const faults = new Map<string, Fault>()
  for (const error of errors) {
    if (omitted.has(error)) continue
    const { additionalProperty, missingProperty } = error.params as Record<string, unknown>
    const field = additionalProperty ?? missingProperty
    const path = field === undefined ? error.instancePath : `${error.instancePath}/${String(field)}`
    if (!faults.has(path)) faults.set(path, { path, message: sentenceOf(error) })
  }
  return [...faults.values()]
}

/** The errors that are not reported because of the error of an `anyOf`: that one, or those of its alternatives. */
const omittedFor = (errors: readonly ErrorLike[]) => (union: ErrorLike) => {
  const { instancePath, schemaPath, parentSchema } = union
  // The same schema may also apply to other values, e.g. to those of a list.
  const inside = errors.filter(
    (error) =>
      error.schemaPath.startsWith(`${schemaPath}/`) &&
      (error.instancePath === instancePath || error.instancePath.startsWith(`${instancePath}/`)),
  )
  const form = (parentSchema as Schema)?.[MESSAGE] === undefined ? formMeant(union, inside) : undefined
  if (form === undefined) return inside
  return [union, ...inside.filter((error) => !error.schemaPath.startsWith(form))]
}

/** Path of the one alternative that allows the type of the value, or that is not `null`. Undefined if there is none. */
function formMeant({ schemaPath }: ErrorLike, inside: readonly ErrorLike[]): string | undefined {
  const typesRefused = new Map<string, unknown>()
  for (const { schemaPath: path, params } of inside) {
    const form = path.slice(0, path.indexOf('/', schemaPath.length + 1) + 1)
    const type = path === `${form}type` ? (params as Params).type : typesRefused.get(form)
    typesRefused.set(form, type)
  }
  const forms = [...typesRefused]
  const ofType = forms.filter(([, refused]) => refused === undefined)
  const meant = ofType.length > 0 ? ofType : forms.filter(([, refused]) => refused !== 'null')
  return meant.length === 1 ? meant[0]![0] : undefined
}
