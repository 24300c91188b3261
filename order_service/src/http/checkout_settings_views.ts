/** The settings of the checkout as JSON, and back. */
import {
  Body,
  Money,
  MoneyInput,
  NullableInteger,
  NullableString,
  OrNull,
  Version,
} from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import { formatMoney, MONEY_MINOR_MAX, parseMoney } from '@shop/service_kit/money/money'
import { invalidField } from '@shop/service_kit/runtime/problem'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { PAYMENT_METHODS } from '../domain/checkout.ts'
import {
  AS_GOODS,
  BASIS_POINTS_MAX,
  type CheckoutSettings,
  METHOD_ID_LENGTH_MAX,
  METHOD_NAME_LENGTH_MAX,
  SHIPPING_METHODS_MAX,
  SHIPPING_PRICES_MAX,
  type StoredCheckoutSettings,
  settingsFault,
  TAX_CLASSES,
  TAX_RATES_MAX,
  type TaxRate,
  WEIGHT_GRAMS_MAX,
} from '../domain/checkout_settings.ts'
import { Country, checkCountry, checkPlace, Region } from './addresses.ts'
import { Names } from './checkout_views.ts'
import type { PaymentRules } from './payment_rules.ts'

const COUNTRIES_MAX = 300
const RATED_CLASSES = TAX_CLASSES.filter((each) => each !== 'zero')
const RatedClass = Type.Unsafe<TaxRate['taxClass']>({ type: 'string', enum: RATED_CLASSES })
const ShippingClass = Type.Enum([...TAX_CLASSES, AS_GOODS], {
  description: '`as_goods`: taxed at the rates of the goods, by their shares',
})
const BasisPoints = Type.Integer({
  minimum: 0,
  maximum: BASIS_POINTS_MAX,
  description: '1900 is 19 %',
  examples: [1900],
})
const Name = TextInput('line', { maxLength: METHOD_NAME_LENGTH_MAX })

export const CheckoutSettingsInput = Body({
  prices_include_tax: Type.Boolean({ description: 'Of products and of shipping' }),
  tax_rates: Type.Array(
    Body({
      tax_class: RatedClass,
      country: Country,
      region: OrNull<string>({ ...Region, description: 'null: the rest of the country' }),
      basis_points: BasisPoints,
    }),
    { maxItems: TAX_RATES_MAX },
  ),
  shipping_methods: Type.Array(
    Body({
      id: Type.String({
        pattern: '^[a-z0-9]+([_-][a-z0-9]+)*$',
        maxLength: METHOD_ID_LENGTH_MAX,
        [MESSAGE]: 'must be small letters and digits, joined by _ or -',
      }),
      names: Body({ en: Name, de: Name }),
      countries: Type.Array(Country, {
        maxItems: COUNTRIES_MAX,
        uniqueItems: true,
        description: 'Empty: everywhere',
      }),
      tax_class: ShippingClass,
      prices: Type.Array(
        Body({
          weight_up_to_grams: OrNull<number>(Type.Integer({ minimum: 0, maximum: WEIGHT_GRAMS_MAX })),
          goods_from: MoneyInput,
          price: MoneyInput,
        }),
        {
          minItems: 1,
          maxItems: SHIPPING_PRICES_MAX,
          description: 'The lowest of those that hold for the weight and the price of the goods is charged',
        },
      ),
    }),
    { maxItems: SHIPPING_METHODS_MAX },
  ),
  version: Type.Optional({ ...Version, description: 'The version you have seen' }),
})
export type CheckoutSettingsInput = Static<typeof CheckoutSettingsInput>

export const CheckoutSettingsView = Type.Object({
  prices_include_tax: Type.Boolean(),
  tax_rates: Type.Array(
    Type.Object({
      tax_class: RatedClass,
      country: Type.String(),
      region: NullableString(),
      basis_points: BasisPoints,
    }),
  ),
  shipping_methods: Type.Array(
    Type.Object({
      id: Type.String(),
      names: Names,
      countries: Type.Array(Type.String()),
      tax_class: ShippingClass,
      prices: Type.Array(
        Type.Object({ weight_up_to_grams: NullableInteger(), goods_from: Money, price: Money }),
      ),
    }),
  ),
  payments: Type.Enum(['off', 'optional', 'required'], {
    description: 'off: orders go on without money. required: only orders with a quote are placed',
  }),
  payment_methods: Type.Array(Type.Enum([...PAYMENT_METHODS])),
  currency: Type.String(),
  currency_digits: Type.Integer(),
  version: Version,
  updated_at: NullableString({ format: 'date-time', description: 'null: never changed' }),
})
export type CheckoutSettingsView = Static<typeof CheckoutSettingsView>

/** Always with its fields in the same order, because settings are compared as text. Fails with `validation_failed`. */
export function settingsOf(
  { prices_include_tax, tax_rates, shipping_methods }: CheckoutSettingsInput,
  digits: number,
): CheckoutSettings {
  const money = (path: string, amount: string | number): number => {
    const max = formatMoney(MONEY_MINOR_MAX, digits)
    const message = `must be at most ${max} with at most ${digits} digits after the point`
    const minor = parseMoney(amount, digits)
    if (minor === undefined) throw invalidField(path, message)
    return minor
  }
  const settings: CheckoutSettings = {
    pricesIncludeTax: prices_include_tax,
    taxRates: tax_rates.map(({ tax_class, country, region, basis_points }, i) => {
      checkPlace(`/tax_rates/${i}`, { country, region })
      return { taxClass: tax_class, country, region, basisPoints: basis_points }
    }),
    shippingMethods: shipping_methods.map(({ id, names, countries, tax_class, prices }, i) => {
      const path = `/shipping_methods/${i}`
      for (const [at, country] of countries.entries()) checkCountry(`${path}/countries/${at}`, country)
      return {
        id,
        names: { en: names.en.toWellFormed(), de: names.de.toWellFormed() },
        countries,
        taxClass: tax_class,
        prices: prices.map(({ weight_up_to_grams, goods_from, price }, at) => ({
          weightUpToGrams: weight_up_to_grams,
          goodsFromMinor: money(`${path}/prices/${at}/goods_from`, goods_from),
          priceMinor: money(`${path}/prices/${at}/price`, price),
        })),
      }
    }),
  }
  const fault = settingsFault(settings)
  if (fault) throw invalidField(fault.path, fault.message)
  return settings
}

export function settingsView(
  { settings, version, updatedAt }: StoredCheckoutSettings,
  {
    currency,
    digits,
    rules,
  }: { readonly currency: string; readonly digits: number; readonly rules: PaymentRules },
): CheckoutSettingsView {
  return {
    prices_include_tax: settings.pricesIncludeTax,
    tax_rates: settings.taxRates.map(({ taxClass, country, region, basisPoints }) => ({
      ...{ tax_class: taxClass, country, region, basis_points: basisPoints },
    })),
    shipping_methods: settings.shippingMethods.map(({ id, names, countries, taxClass, prices }) => ({
      ...{ id, names, countries: [...countries], tax_class: taxClass },
      prices: prices.map(({ weightUpToGrams, goodsFromMinor, priceMinor }) => ({
        weight_up_to_grams: weightUpToGrams,
        goods_from: formatMoney(goodsFromMinor, digits),
        price: formatMoney(priceMinor, digits),
      })),
    })),
    ...{ payments: rules.payments, payment_methods: rules.payments === 'off' ? [] : [...rules.methods] },
    ...{ currency, currency_digits: digits, version, updated_at: updatedAt },
  }
}
