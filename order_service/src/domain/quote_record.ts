/** The facts of a quote as they come back from a buyer: validated, with their fields always in the same order. */

import { AS_GOODS, BASIS_POINTS_MAX, LANGUAGES, TAX_CLASSES, type Texts } from './checkout_settings.ts'
import { LINES_MAX, QUANTITY_MAX } from './order.ts'
import type { QuotedLine, QuotedShipping, QuoteFacts } from './quote_facts.ts'
import { checks, type Fields } from './record_fields.ts'

const QUOTE = checks('it is no quote')

/** Throws an Error if it is none. */
export function readFacts(value: unknown): QuoteFacts {
  const facts = QUOTE.object(value)
  const place = QUOTE.object(facts.place)
  const lines = QUOTE.objects(facts.lines, quotedLine)
  if (lines.length === 0 || lines.length > LINES_MAX) return QUOTE.fail()
  if (new Set(lines.map(({ productId }) => productId)).size < lines.length) return QUOTE.fail()
  return {
    currency: QUOTE.text(facts.currency),
    pricesIncludeTax: typeof facts.pricesIncludeTax === 'boolean' ? facts.pricesIncludeTax : QUOTE.fail(),
    place: {
      country: QUOTE.text(place.country),
      region: place.region === null ? null : QUOTE.text(place.region),
    },
    lines,
    shipping: QUOTE.optional((shipping) => quotedShipping(QUOTE.object(shipping)), facts.shipping),
  }
}

const atMost = (max: number, value: unknown): number => {
  const count = QUOTE.count(value)
  return count <= max ? count : QUOTE.fail()
}

const quotedLine = (line: Fields): QuotedLine => ({
  productId: QUOTE.text(line.productId),
  quantity: atMost(QUANTITY_MAX, line.quantity) || QUOTE.fail(),
  ...(line.name === undefined ? {} : { name: QUOTE.text(line.name) }),
  unitPriceMinor: QUOTE.count(line.unitPriceMinor),
  taxClass: QUOTE.oneOf(TAX_CLASSES, line.taxClass),
  basisPoints: atMost(BASIS_POINTS_MAX, line.basisPoints),
})

function quotedShipping(shipping: Fields): QuotedShipping {
  const names = QUOTE.object(shipping.names)
  return {
    method: QUOTE.text(shipping.method),
    names: Object.fromEntries(LANGUAGES.map((each) => [each, QUOTE.text(names[each])])) as Texts,
    priceMinor: QUOTE.count(shipping.priceMinor),
    basisPoints:
      shipping.basisPoints === AS_GOODS ? AS_GOODS : atMost(BASIS_POINTS_MAX, shipping.basisPoints),
  }
}
