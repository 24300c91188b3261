/** Building blocks of route schemas that more than one service uses. */

import { MONEY_PATTERN } from '../money/money.ts'
import Type, { type TProperties, type TSchema } from '../runtime/schema_types.ts'
import { MESSAGE } from '../runtime/sentences.ts'
import type { Catalogue } from './problem_tables.ts'

export const Id = Type.String({ format: 'uuid' })
export const Timestamp = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })
export const Version = Type.Integer({ minimum: 1, description: 'Grows by one with every change' })

/** A request body: fields it does not name are an error. */
export const Body = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

/** Money as it goes out. */
export const Money = Type.String({ pattern: MONEY_PATTERN, examples: ['19.99'] })

/** Money as it comes in: a decimal string, or a JSON number. */
export const MoneyInput = Type.Unsafe<string | number>({
  type: ['string', 'number'],
  pattern: MONEY_PATTERN,
  minimum: 0,
  examples: ['19.99'],
  [MESSAGE]: 'must be an amount such as "19.99"',
})

/** A whole number as it comes in: a JSON number, or a string of digits. Read it with `Number`. */
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

/** A value or null, said as a type list: unlike a union it stays fast to serialise. */
export const NullableString = (options: { format?: string; description?: string } = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })

export const NullableInteger = (options: { description?: string } = {}) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], ...options })

/** `Idempotency-Key`: the caller's name for one attempt. */
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

/** Response schemas for the problems a route can answer, grouped by status, their codes in the description. */
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
