/**
 * Taxes and shipping as they are typed, and back.
 *
 * Promises
 *  1. What was not touched is sent as it was read.
 *  2. Each fault has the path of its field: the index of the row, and the name of the field. What the service refuses has the same
 *     paths, so it is shown at the same place.
 */

import { LIMITS } from '@shop/client/generated/limits'
import type { paths } from '@shop/client/generated/order_service'
import { iso31661 } from 'iso-3166'
import type { Json } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { lengthFault } from '../../ui/limits.ts'
import { type Money, readPrice } from '../products/field_text.ts'
import { basisPointsOf, percentOf } from './percent.ts'

export type CheckoutSettings = Json<paths['/checkout_settings']['get']['responses'][200]>
export type Wanted = Pick<CheckoutSettings, 'prices_include_tax' | 'tax_rates' | 'shipping_methods'>
type Rate = CheckoutSettings['tax_rates'][number]
type Method = CheckoutSettings['shipping_methods'][number]

/** By `key` a row stays the same while it is edited. */
export type RateDraft = {
  readonly key: number
  readonly tax_class: Rate['tax_class']
  readonly country: string
  readonly region: string
  readonly percent: string
}
export type BandDraft = {
  readonly key: number
  /** Empty: any weight. */
  readonly weight: string
  readonly from: string
  readonly price: string
}
export type MethodDraft = {
  readonly key: number
  readonly id: string
  readonly en: string
  readonly de: string
  /** Codes with commas; empty: everywhere. */
  readonly countries: string
  readonly tax_class: Method['tax_class']
  readonly bands: readonly BandDraft[]
}
export type Draft = {
  readonly includeTax: boolean
  readonly rates: readonly RateDraft[]
  readonly methods: readonly MethodDraft[]
}
export type Faults = Readonly<Record<string, string>>

let keys = 0
export const newKey = () => (keys += 1)

export const newRate = (country = ''): RateDraft => ({
  ...{ key: newKey(), tax_class: 'standard', country, region: '', percent: '' },
})
export const newBand = (): BandDraft => ({ key: newKey(), weight: '', from: '0', price: '' })
export const newMethod = (): MethodDraft => ({
  ...{ key: newKey(), id: '', en: '', de: '', countries: '', tax_class: 'as_goods', bands: [newBand()] },
})

export const draftOf = (settings: Wanted): Draft => ({
  includeTax: settings.prices_include_tax,
  rates: settings.tax_rates.map(({ tax_class, country, region, basis_points }) => ({
    ...{ key: newKey(), tax_class, country, region: region ?? '', percent: percentOf(basis_points) },
  })),
  methods: settings.shipping_methods.map(({ id, names, countries, tax_class, prices }) => ({
    ...{ key: newKey(), id, en: names.en, de: names.de, countries: countries.join(', '), tax_class },
    bands: prices.map(({ weight_up_to_grams, goods_from, price }) => ({
      key: newKey(),
      weight: weight_up_to_grams === null ? '' : String(weight_up_to_grams),
      from: goods_from,
      price,
    })),
  })),
})

const CODES = new Set(iso31661.filter(({ state }) => state === 'assigned').map(({ alpha2 }) => alpha2))
export const countryCodes = (): readonly string[] => [...CODES]
export const codesIn = (text: string): string[] => [
  ...new Set(
    text
      .toUpperCase()
      .split(/[\s,;]+/)
      .filter((code) => code !== ''),
  ),
]

const METHOD = {
  id: LIMITS['PUT /checkout_settings']['shipping_methods.id'],
  name: LIMITS['PUT /checkout_settings']['shipping_methods.names.en'],
  grams: LIMITS['PUT /checkout_settings']['shipping_methods.prices.weight_up_to_grams'],
}
const ID = /^[a-z0-9]+([_-][a-z0-9]+)*$/
const REGION = /^[A-Z0-9]{1,3}$/

/** The settings that are typed, and what is wrong with them. */
export function readDraft(draft: Draft, money: Money): { wanted: Wanted; faults: Faults } {
  const faults: Record<string, string> = {}
  const need = (path: string, fault: string | undefined) => {
    if (fault !== undefined) faults[path] ??= fault
  }
  const tax_rates = draft.rates.map((rate, i) => readRate(rate, `/tax_rates/${i}`, need))
  repeatedRates(tax_rates, need)
  const shipping_methods = draft.methods.map((method, i) =>
    readMethod(method, `/shipping_methods/${i}`, money, need),
  )
  const ids = shipping_methods.map(({ id }) => id)
  for (const [i, id] of ids.entries())
    if (ids.indexOf(id) < i) need(`/shipping_methods/${i}/id`, admin.checkout.faults.idTwice)
  return { wanted: { prices_include_tax: draft.includeTax, tax_rates, shipping_methods }, faults }
}

type Need = (path: string, fault: string | undefined) => void

function readRate({ tax_class, country, region, percent }: RateDraft, path: string, need: Need): Rate {
  const [code, part] = [country.trim().toUpperCase(), region.trim().toUpperCase()]
  const points = basisPointsOf(percent)
  if (!CODES.has(code)) need(`${path}/country`, admin.checkout.faults.country)
  if (part !== '' && !REGION.test(part)) need(`${path}/region`, admin.checkout.faults.region)
  if (points === undefined) need(`${path}/basis_points`, admin.checkout.faults.percent)
  return { tax_class, country: code, region: part === '' ? null : part, basis_points: points ?? 0 }
}

/** The service refuses the same (order_service/src/domain/checkout_settings.ts). */
function repeatedRates(rates: readonly Rate[], need: Need): void {
  const keyOf = ({ tax_class, country, region }: Omit<Rate, 'basis_points'>) =>
    `${tax_class} ${country} ${region}`
  const keys = rates.map(keyOf)
  for (const [i, { country }] of rates.entries()) {
    if (keys.indexOf(keys[i]!) < i) need(`/tax_rates/${i}/country`, admin.checkout.faults.rateTwice)
    if (!keys.includes(keyOf({ tax_class: 'standard', country, region: null })))
      need(`/tax_rates/${i}/country`, admin.checkout.faults.needsStandard)
  }
}

function readMethod(method: MethodDraft, path: string, money: Money, need: Need): Method {
  const { tax_class, bands } = method
  const [id, en, de] = [method.id.trim(), method.en.trim(), method.de.trim()]
  need(`${path}/id`, ID.test(id) ? lengthFault(id, METHOD.id) : admin.checkout.faults.id)
  need(`${path}/names/en`, lengthFault(en, METHOD.name))
  need(`${path}/names/de`, lengthFault(de, METHOD.name))
  const countries = codesIn(method.countries)
  const unknown = countries.filter((code) => !CODES.has(code))
  if (unknown.length > 0) need(`${path}/countries`, admin.checkout.faults.countries(unknown.join(', ')))
  if (bands.length === 0) need(`${path}/prices`, admin.checkout.faults.needsBand)
  const prices = bands.map((band, i) => readBand(band, `${path}/prices/${i}`, money, need))
  const seen = new Set<string>()
  for (const [i, { weight_up_to_grams, goods_from }] of prices.entries()) {
    const key = `${weight_up_to_grams} ${goods_from}`
    if (seen.has(key)) need(`${path}/prices/${i}/goods_from`, admin.checkout.faults.bandTwice)
    seen.add(key)
  }
  return { id, names: { en, de }, countries, tax_class, prices }
}

function readBand({ weight, from, price }: BandDraft, path: string, money: Money, need: Need) {
  const amount = (field: string, text: string) => {
    const read = readPrice(text.trim(), money)
    if ('fault' in read) need(`${path}/${field}`, read.fault)
    return 'fault' in read ? '0' : (read.value as string)
  }
  const typed = weight.trim()
  const fits = /^\d+$/.test(typed) && Number(typed) <= METHOD.grams.maximum
  if (typed !== '' && !fits) need(`${path}/weight_up_to_grams`, admin.checkout.faults.weight)
  return {
    weight_up_to_grams: typed === '' ? null : Number(typed),
    goods_from: amount('goods_from', from),
    price: amount('price', price),
  }
}

/** Is there a price for every order? Otherwise the method is not offered to some, perhaps on purpose. */
export const hasGap = ({ bands }: MethodDraft): boolean =>
  !bands.some(({ weight, from }) => weight.trim() === '' && /^0*([.,]0*)?$/.test(from.trim()))
