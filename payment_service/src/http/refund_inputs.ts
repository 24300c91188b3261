/** What is to be given back: an amount, or lines with or without shipping. */
import { Id } from '@shop/service_kit/http/schemas'
import { invalidField } from '@shop/service_kit/runtime/problem'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import type { WantedParts } from '../domain/refund_parts.ts'

export const LINES_MAX = 100
export const REASON_LENGTH_MAX = 500
export const QUANTITY_MAX = 1_000_000

export const Quantity = Type.Integer({ minimum: 1, maximum: QUANTITY_MAX })

export const PARTS = {
  lines: Type.Optional(
    Type.Array(Type.Object({ product_id: Id, quantity: Quantity }, { additionalProperties: false }), {
      minItems: 1,
      maxItems: LINES_MAX,
      description: 'Instead of an amount',
    }),
  ),
  shipping: Type.Optional(
    Type.Boolean({ description: 'Also the shipping, or it alone; instead of an amount' }),
  ),
}
const Given = Type.Object(PARTS)

/** Undefined if it is of an amount. Fails with `validation_failed`. */
export function wantedParts(given: Static<typeof Given>, hasAmount: boolean, amountPath: string) {
  const { lines, shipping } = given
  if (lines === undefined && shipping !== true) return undefined
  if (hasAmount) throw invalidField(amountPath, 'is not given together with lines or shipping')
  const parts: WantedParts = {
    lines: (lines ?? []).map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
    shipping: shipping ?? false,
    setsOff: false,
  }
  refuseDoubles(parts.lines)
  return parts
}

export function refuseDoubles(lines: readonly { readonly productId: string }[]): void {
  const known = new Set<string>()
  for (const [i, { productId }] of lines.entries()) {
    if (known.has(productId)) throw invalidField(`/lines/${i}/product_id`, 'is named twice')
    known.add(productId)
  }
}
