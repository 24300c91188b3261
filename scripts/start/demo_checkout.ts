/** Taxes and ways of shipping of the demo, into a shop whose checkout was never set. */
import { formatMoney } from '@shop/service_kit/money/money'
import { ask } from './ask.ts'

const RATES = { DE: 1900, AT: 2000, FR: 2000, NL: 2100, US: 0 }
const PARCEL_MINOR = 490
const FREE_FROM_MINOR = 6_000
const EXPRESS_MINOR = 1_290

/** Changes nothing where an admin has set taxes or shipping. */
export async function addCheckout(orderUrl: string, token: string, digits: number): Promise<void> {
  const { version } = await ask<{ version: number }>(`${orderUrl}/checkout_settings`)
  if (version > 1) return
  const money = (minor: number) => formatMoney(minor, digits)
  const from = (goods: number, price: number) => ({
    ...{ weight_up_to_grams: null, goods_from: money(goods), price: money(price) },
  })
  const body = {
    version,
    prices_include_tax: true,
    tax_rates: Object.entries(RATES).map(([country, basis_points]) => ({
      ...{ tax_class: 'standard', country, region: null, basis_points },
    })),
    shipping_methods: [
      {
        ...{ id: 'parcel', names: { en: 'Parcel, 2 to 4 days', de: 'Paket, 2 bis 4 Tage' } },
        ...{ countries: Object.keys(RATES), tax_class: 'as_goods' },
        prices: [from(0, PARCEL_MINOR), from(FREE_FROM_MINOR, 0)],
      },
      {
        ...{ id: 'express', names: { en: 'Express, next day', de: 'Express, am nächsten Tag' } },
        ...{ countries: ['DE'], tax_class: 'as_goods' },
        prices: [from(0, EXPRESS_MINOR)],
      },
    ],
  }
  await ask(`${orderUrl}/checkout_settings`, { method: 'PUT', body, token })
}
