/** Parts of route schemas that several services use. */
import { MONEY_PATTERN } from '../money/money.ts'
import Type, { type TProperties, type TSchema } from '../runtime/schema_types.ts'
import { MESSAGE } from '../runtime/sentences.ts'
import type { Catalogue } from './problem_tables.ts'

export const Id = Type.String({ format: 'uuid' })
export const Timestamp = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })
export const Version = Type.Integer({ minimum: 1, description: 'Grows by one with every change' })

/** A request body: unknown fields are an error. */
export const Body = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

/** Money in answers. */
export const Money = Type.String({ pattern: MONEY_PATTERN, examples: ['19.99'] })

/** Money in requests: a decimal string, or a JSON number. */
export const MoneyInput = Type.Unsafe<string | number>({
  type: ['string', 'number'],
  pattern: MONEY_PATTERN,
  minimum: 0,
  examples: ['19.99'],
  [MESSAGE]: 'must be an amount such as "19.99"',
})

/** An integer in requests: a JSON number, or a string of digits. Read it with `Number`. */
export const IntegerInput = ({ minimum, maximum }: { minimum: number; maximum: number }) =>
  Type.Unsafe<number | string>({
    [MESSAGE]: `must be a whole number from ${minimum} to ${maximum}`,
    anyOf: [
      { type: 'integer', minimum, maximum },
      { type: 'string', pattern: integerPattern(minimum, maximum), description: 'The same as digits' },
    ],
  })

const integerPattern = (minimum: number, maximum: number) =>
  `^${minimum < 0 ? '-?' : ''}(0|[1-9][0-9]{0,${String(maximum).length - 1}})$`

/** A string or null. A list of types is serialised faster than a union. */
export const NullableString = (options: { format?: string; description?: string } = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })

export const NullableInteger = (options: { description?: string } = {}) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], ...options })

/** A value of a schema, or null: for what NullableString and NullableInteger cannot say. */
export const OrNull = <Value>(schema: object) =>
  Type.Unsafe<Value | null>({ anyOf: [schema, { type: 'null' }] } as never)

export const IDEMPOTENCY_KEY_LENGTH_MAX = 255
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: `^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_LENGTH_MAX}}$`,
      [MESSAGE]: `must be 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters without blanks`,
      description: 'Your name for this attempt, e.g. a UUID; the same key never does the work twice',
    }),
  ),
})

export const IfMatchHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description: '`ETag` of the version you saw, a list of them, or `*`; any other version is not changed',
    }),
  ),
})

export const IfNoneMatchHeaders = Type.Object({
  'if-none-match': Type.Optional(Type.String({ description: '`ETag` that you already have' })),
})

export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'Permanent; decide by it' }),
    request_id: Type.String(),
    retryable: Type.Boolean({ description: 'May the same request succeed later, unchanged?' }),
  },
  { additionalProperties: true, description: 'RFC 9457 problem' },
)

/** Response schemas of the problems of a route, by status. The description lists their codes. */
export function problemResponses<C extends Catalogue<string, never>>(
  catalogue: C,
  ...codes: (keyof C & string)[]
): Record<number, TSchema> {
  const byStatus = new Map<number, string[]>()
  for (const code of codes) {
    const status = catalogue[code]!.status
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      {
        description: names.map((name) => `\`${name}\``).join(', '),
        content: { 'application/problem+json': { schema: ProblemSchema } },
      } as unknown as TSchema,
    ]),
  )
}
