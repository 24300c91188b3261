/**
 * Validates requests by their schemas.
 *
 * Invariants
 *  1. Bodies are validated as sent: nothing is converted, and unknown fields are an error. Query, path and headers are text, so
 *     their numbers and booleans are converted.
 *  2. Validation ends at the first fault. Only a body of the size of a form is validated fully, so that a person can correct
 *     all fields at once. A large body costs no more than reading it.
 *  3. An id is accepted in upper and lower case, in path, query and body, and is lower-case from here on.
 *  4. A schema is compiled once in a process, whatever number of routes and apps use it, and only when a request needs it, so
 *     that a process starts sooner. tests/schemas.test.ts compiles each.
 */
import { Ajv, type Options, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import { MESSAGE } from '../runtime/sentences.ts'
import { compiledOnce } from './compiled_once.ts'
import { addTextRule } from './text.ts'

/** Values in a body that is validated fully: more than any form has. */
export const VALUES_FULLY_VALIDATED_MAX = 500

/** RFC 9562 in its one usual form; no `urn:uuid:`, no braces. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const LOWER_CASE = 'lowerCase'
const WHOLE_NUMBER = /^-?\d+$/

const AJV: Options = {
  allowUnionTypes: true,
  removeAdditional: false,
  useDefaults: true,
  // An error then has its schema, which may have a message.
  verbose: true,
  // As in readEnvironment.
  validateSchema: false,
}

const firstFault = withRules(new Ajv(AJV))
const allFaults = withRules(new Ajv({ ...AJV, allErrors: true }))

const bodyValidator = compiledOnce((schema) => validatorOfBody(withIdsLowered(schema) as object))
const textValidator = compiledOnce((schema) => validatorOfTexts(withIdsLowered(schema) as object))

export const compileValidator: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodyValidator : textValidator)(schema as object)

type Texts = Record<string, unknown>

/** Converts integers and booleans in their usual spelling; anything else is validated as text. */
function validatorOfTexts(schema: object) {
  let validate: ValidateFunction | undefined
  const types = Object.entries(
    (schema as { properties?: Record<string, { type?: string }> }).properties ?? {},
  )
  const validator = (texts: Texts): boolean => {
    for (const [name, { type }] of types) {
      const text = texts[name]
      if (typeof text !== 'string') continue
      if (type === 'integer' && WHOLE_NUMBER.test(text)) texts[name] = Number(text)
      if (type === 'boolean' && (text === 'true' || text === 'false')) texts[name] = text === 'true'
    }
    validate ??= firstFault.compile(schema)
    const fits = validate(texts)
    validator.errors = validate.errors
    return fits
  }
  validator.errors = undefined as ValidateFunction['errors']
  return validator
}

function validatorOfBody(schema: object) {
  let first: ValidateFunction | undefined
  let all: ValidateFunction | undefined
  const validator = (body: unknown): boolean => {
    first ??= firstFault.compile(schema)
    if (first(body)) return true
    validator.errors = first.errors
    if (!hasFewValues(body)) return false
    all ??= allFaults.compile(schema)
    if (!all(body)) validator.errors = all.errors
    return false
  }
  validator.errors = undefined as ValidateFunction['errors']
  return validator
}

function hasFewValues(body: unknown): boolean {
  const waiting = [body]
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen + waiting.length > VALUES_FULLY_VALIDATED_MAX) return false
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null) continue
    for (const key in value) {
      if (waiting.push((value as Record<string, unknown>)[key]) > VALUES_FULLY_VALIDATED_MAX) return false
    }
  }
  return true
}

function withRules(ajv: Ajv): Ajv {
  // The package is CommonJS; under ESM its plugin is the `default` member.
  ;(formats as unknown as { default: (ajv: Ajv, names: string[]) => void }).default(ajv, ['date-time'])
  ajv.addFormat('uuid', UUID)
  ajv.addKeyword(MESSAGE)
  ajv.addKeyword({
    keyword: LOWER_CASE,
    type: 'string',
    modifying: true,
    errors: false,
    validate: (
      _asked: unknown,
      value: string,
      _schema: unknown,
      at?: { parentData: object; parentDataProperty: string | number },
    ) => {
      if (at) Object.assign(at.parentData, { [at.parentDataProperty]: value.toLowerCase() })
      return true
    },
  })
  addTextRule(ajv)
  return ajv
}

/** Added to the schema of every id here, so that no schema can omit it and no document shows it. */
function withIdsLowered(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withIdsLowered)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([key, value]) => [key, withIdsLowered(value)])
  const { format } = schema as { format?: unknown }
  return { ...Object.fromEntries(entries), ...(format === 'uuid' ? { [LOWER_CASE]: true } : {}) }
}
