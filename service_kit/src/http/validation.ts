/**
 * Judging what was sent by its schema.
 *
 * Promises
 *  1. Bodies are judged as sent: nothing is coerced, unknown fields are an error. Only text that can be nothing else
 *     (query, path, headers) is converted.
 *  2. Judging ends at the first fault; only of a body of a person's size are all faults looked for, so that a form
 *     can be corrected at once. A large body costs no more than reading it did.
 *  3. An id is accepted in either case and is lower-case from here on, wherever it came: path, query or body.
 *  4. A schema is compiled once in a process, however many routes and apps name it, and not before a request needs it: a
 *     process starts sooner. That each can be compiled is seen by tests/schemas.test.ts.
 */
import { Ajv, type Options, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import { MESSAGE } from '../runtime/sentences.ts'
import { compiledOnce } from './compiled_once.ts'
import { addTextRule } from './text.ts'

/** Values in a body of which all faults are told: more than any form has. */
export const VALUES_FULLY_VALIDATED_MAX = 500

/** RFC 9562 in its one usual form; no `urn:uuid:`, no braces. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const LOWER_CASE = 'lowerCase'
const WHOLE_NUMBER = /^-?\d+$/

const AJV: Options = {
  allowUnionTypes: true,
  removeAdditional: false,
  useDefaults: true,
  // Faults then carry their schema, whose sentence is told.
  verbose: true,
}

const firstFault = withRules(new Ajv(AJV))
const allFaults = withRules(new Ajv({ ...AJV, allErrors: true }))

const bodyValidator = compiledOnce((schema) => judgeBody(withIdsLowered(schema) as object))
const textValidator = compiledOnce((schema) => judgeText(withIdsLowered(schema) as object))

export const compileValidator: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodyValidator : textValidator)(schema as object)

type Texts = Record<string, unknown>

/** Converts what is a number or a truth value in its one usual spelling; anything else is judged as the text it is. */
function judgeText(schema: object) {
  let validate: ValidateFunction | undefined
  const types = Object.entries(
    (schema as { properties?: Record<string, { type?: string }> }).properties ?? {},
  )
  const judge = (texts: Texts): boolean => {
    for (const [name, { type }] of types) {
      const text = texts[name]
      if (typeof text !== 'string') continue
      if (type === 'integer' && WHOLE_NUMBER.test(text)) texts[name] = Number(text)
      if (type === 'boolean' && (text === 'true' || text === 'false')) texts[name] = text === 'true'
    }
    validate ??= firstFault.compile(schema)
    const fits = validate(texts)
    judge.errors = validate.errors
    return fits
  }
  judge.errors = undefined as ValidateFunction['errors']
  return judge
}

function judgeBody(schema: object) {
  let first: ValidateFunction | undefined
  let all: ValidateFunction | undefined
  const judge = (body: unknown): boolean => {
    first ??= firstFault.compile(schema)
    if (first(body)) return true
    judge.errors = first.errors
    if (!hasFewValues(body)) return false
    all ??= allFaults.compile(schema)
    if (!all(body)) judge.errors = all.errors
    return false
  }
  judge.errors = undefined as ValidateFunction['errors']
  return judge
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

/** Asked of every id here, so that no schema can forget it and no document has to tell it. */
function withIdsLowered(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withIdsLowered)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([key, value]) => [key, withIdsLowered(value)])
  const { format } = schema as { format?: unknown }
  return { ...Object.fromEntries(entries), ...(format === 'uuid' ? { [LOWER_CASE]: true } : {}) }
}
