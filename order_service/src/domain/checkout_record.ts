/** The checkout of an order, as a store holds it: validated, also that its amounts add up. */

import { type Address, type Checkout, type CheckoutLine, PAYMENT_METHODS } from './checkout.ts'
import { LANGUAGES, TAX_CLASSES, type Texts } from './checkout_settings.ts'
import { checks, type Fields } from './record_fields.ts'
import type { Taxed } from './taxes.ts'

const BUYER = checks('its addresses are not those of an order')
const AMOUNTS = checks('its taxes are not those of an order')

/** Always with its fields in the same order, because checkouts are compared as text. Throws an Error that says which part is wrong. */
export function readCheckout(checkout: Fields): Checkout {
  const lines = AMOUNTS.objects(checkout.lines, checkoutLine)
  const shipping = checkout.shipping === null ? null : readShipping(AMOUNTS.object(checkout.shipping))
  const totalMinor = AMOUNTS.count(checkout.totalMinor)
  const all = [...lines, ...(shipping?.parts ?? [])]
  if (all.reduce((sum, { grossMinor }) => sum + grossMinor, 0) !== totalMinor) return AMOUNTS.fail()
  return {
    email: BUYER.text(checkout.email),
    language: BUYER.oneOf(LANGUAGES, checkout.language),
    address: readAddress(BUYER.object(checkout.address)),
    billingAddress:
      checkout.billingAddress === null ? null : readAddress(BUYER.object(checkout.billingAddress)),
    // Absent from orders that were placed before there were payments.
    payment:
      checkout.payment == null
        ? null
        : { method: BUYER.oneOf(PAYMENT_METHODS, BUYER.object(checkout.payment).method) },
    // Absent from orders that were placed before there were guests.
    guest: checkout.guest === true,
    quoteHash: BUYER.text(checkout.quoteHash),
    pricesIncludeTax:
      checkout.pricesIncludeTax === true || (checkout.pricesIncludeTax === false ? false : AMOUNTS.fail()),
    lines,
    shipping,
    totalMinor,
  }
}

function readTaxed(taxed: Fields): Taxed {
  const [basisPoints, netMinor, taxMinor, grossMinor] = [
    AMOUNTS.count(taxed.basisPoints),
    AMOUNTS.count(taxed.netMinor),
    AMOUNTS.count(taxed.taxMinor),
    AMOUNTS.count(taxed.grossMinor),
  ]
  if (netMinor + taxMinor !== grossMinor) return AMOUNTS.fail()
  return { basisPoints, netMinor, taxMinor, grossMinor }
}

const checkoutLine = (line: Fields): CheckoutLine => ({
  ...(line.name === undefined ? {} : { name: AMOUNTS.text(line.name) }),
  unitPriceMinor: AMOUNTS.count(line.unitPriceMinor),
  taxClass: AMOUNTS.oneOf(TAX_CLASSES, line.taxClass),
  ...readTaxed(line),
})

function readShipping(shipping: Fields): Checkout['shipping'] {
  const names = AMOUNTS.object(shipping.names)
  return {
    method: AMOUNTS.text(shipping.method),
    names: Object.fromEntries(LANGUAGES.map((each) => [each, AMOUNTS.text(names[each])])) as Texts,
    priceMinor: AMOUNTS.count(shipping.priceMinor),
    parts: AMOUNTS.objects(shipping.parts, readTaxed),
  }
}

const textOrNull = (value: unknown): string | null => (value === null ? null : BUYER.text(value))

const readAddress = (address: Fields): Address => ({
  name: BUYER.text(address.name),
  organization: textOrNull(address.organization),
  lines: BUYER.list(address.lines, BUYER.text),
  postalCode: typeof address.postalCode === 'string' ? address.postalCode : BUYER.fail(),
  city: BUYER.text(address.city),
  region: textOrNull(address.region),
  country: BUYER.text(address.country),
  phone: textOrNull(address.phone),
})
