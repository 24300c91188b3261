/** Taxes, shipping and the checkout of an order as JSON. Amounts are decimal strings, rates basis points. */
import { Money } from '@shop/service_kit/http/schemas'
import { formatMoney } from '@shop/service_kit/money/money'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { type Checkout, PAYMENT_METHODS } from '../domain/checkout.ts'
import { LANGUAGES, TAX_CLASSES, type TaxClass } from '../domain/checkout_settings.ts'
import { sumsByRate, type Taxed } from '../domain/taxes.ts'
import { AddressView, addressView } from './addresses.ts'

export const TaxClassView = Type.Unsafe<TaxClass>({ type: 'string', enum: [...TAX_CLASSES] })
export const LanguageView = Type.Enum([...LANGUAGES])
export const Names = Type.Object({ en: Type.String(), de: Type.String() })

const TAXED = {
  basis_points: Type.Integer({ minimum: 0, description: 'The rate: 1900 is 19 %', examples: [1900] }),
  net: Money,
  tax: Money,
  gross: Money,
}
export const TaxView = Type.Object(TAXED)

export const taxView = ({ basisPoints, netMinor, taxMinor, grossMinor }: Taxed, digits: number) => ({
  basis_points: basisPoints,
  net: formatMoney(netMinor, digits),
  tax: formatMoney(taxMinor, digits),
  gross: formatMoney(grossMinor, digits),
})

export const ChosenShippingView = Type.Object({
  method: Type.String(),
  names: Names,
  price: { ...Money, description: 'With tax or without, as the prices of the shop' },
  gross: Money,
  taxes: Type.Array(TaxView),
})

/** Of both a quote and an order. */
export function chosenShippingView(
  { method, names, priceMinor, parts }: NonNullable<Checkout['shipping']>,
  digits: number,
): Static<typeof ChosenShippingView> {
  return {
    method,
    names,
    price: formatMoney(priceMinor, digits),
    gross: formatMoney(
      parts.reduce((sum, { grossMinor }) => sum + grossMinor, 0),
      digits,
    ),
    taxes: parts.map((part) => taxView(part, digits)),
  }
}

export const TAXED_LINE = { tax_class: TaxClassView, unit_price: Money, ...TAXED }

export const CheckoutView = Type.Object(
  {
    email: Type.String(),
    language: LanguageView,
    address: AddressView,
    billing_address: Type.Union([AddressView, Type.Null()], { description: 'null: the same' }),
    prices_include_tax: Type.Boolean(),
    lines: Type.Array(Type.Object(TAXED_LINE), { description: 'In the order of the lines of the order' }),
    shipping: Type.Union([ChosenShippingView, Type.Null()]),
    taxes: Type.Array(TaxView, { description: 'Of lines and shipping, by rate' }),
    goods: { ...Money, description: 'Unit price x quantity, summed up' },
    net: Money,
    tax: Money,
    total: { ...Money, description: 'What the buyer pays' },
    payment_method: Type.Union([Type.Enum([...PAYMENT_METHODS]), Type.Null()], {
      description: 'null: it is not paid through this shop',
    }),
    quote_hash: Type.String(),
  },
  { description: 'Only of an order that was placed with a quote' },
)
export type CheckoutView = Static<typeof CheckoutView>

export function checkoutView(checkout: Checkout, goodsMinor: number, digits: number): CheckoutView {
  const {
    email,
    language,
    address,
    billingAddress,
    pricesIncludeTax,
    lines,
    shipping,
    totalMinor,
    payment,
    quoteHash,
  } = checkout
  const taxes = sumsByRate([...lines, ...(shipping?.parts ?? [])])
  const sum = (amounts: readonly number[]) =>
    formatMoney(
      amounts.reduce((total, amount) => total + amount, 0),
      digits,
    )
  return {
    ...{ email, language },
    address: addressView(address),
    billing_address: billingAddress === null ? null : addressView(billingAddress),
    prices_include_tax: pricesIncludeTax,
    lines: lines.map((line) => ({
      tax_class: line.taxClass,
      unit_price: formatMoney(line.unitPriceMinor, digits),
      ...taxView(line, digits),
    })),
    shipping: shipping === null ? null : chosenShippingView(shipping, digits),
    taxes: taxes.map((tax) => taxView(tax, digits)),
    goods: formatMoney(goodsMinor, digits),
    net: sum(taxes.map(({ netMinor }) => netMinor)),
    tax: sum(taxes.map(({ taxMinor }) => taxMinor)),
    total: formatMoney(totalMinor, digits),
    payment_method: payment?.method ?? null,
    quote_hash: quoteHash,
  }
}
