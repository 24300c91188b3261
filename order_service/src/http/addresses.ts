/** Addresses in requests and answers. Countries and regions are those of ISO 3166. */
import { Body, OrNull } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import { invalidField } from '@shop/service_kit/runtime/problem'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { iso31661, iso31662 } from 'iso-3166'
import type { Address } from '../domain/checkout.ts'
import type { Place } from '../domain/checkout_settings.ts'

const LINE_LENGTH_MAX = 100
const ADDRESS_LINES_MAX = 3
const POSTAL_CODE_LENGTH_MAX = 16
const PHONE_LENGTH_MAX = 40

const COUNTRIES: ReadonlySet<string> = new Set(iso31661.map(({ alpha2 }) => alpha2))
const REGIONS: ReadonlySet<string> = new Set(iso31662.map(({ code }) => code))

const line = (description?: string) =>
  TextInput('line', { maxLength: LINE_LENGTH_MAX, ...(description === undefined ? {} : { description }) })
const orNull = <Value>(schema: object) => Type.Optional(OrNull<Value>(schema))

export const Country = Type.String({
  pattern: '^[A-Z]{2}$',
  [MESSAGE]: 'must be two capital letters, such as DE',
  description: 'ISO 3166-1',
  examples: ['DE'],
})
export const Region = Type.String({
  pattern: '^[A-Z0-9]{1,3}$',
  [MESSAGE]: 'must be the code of a region without its country, such as CA',
  description: 'ISO 3166-2, without the country',
  examples: ['CA'],
})
const PostalCode = Type.String({
  maxLength: POSTAL_CODE_LENGTH_MAX,
  pattern: '^[\\p{L}\\p{N} -]*$',
  [MESSAGE]: `must be at most ${POSTAL_CODE_LENGTH_MAX} letters, digits, blanks and hyphens`,
  description: 'Empty where there are none',
})

/** Where a quote is for. */
export const PlaceInput = Body({
  country: Country,
  region: orNull<string>(Region),
  postal_code: Type.Optional(PostalCode),
})
type PlaceInput = Static<typeof PlaceInput>

export const AddressInput = Body({
  name: line('Of a person'),
  organization: orNull<string>(line()),
  lines: Type.Array(line(), {
    minItems: 1,
    maxItems: ADDRESS_LINES_MAX,
    description: 'Street and number, and what else it needs',
  }),
  postal_code: PostalCode,
  city: line(),
  region: orNull<string>(Region),
  country: Country,
  phone: orNull<string>(
    Type.String({
      pattern: `^[+0-9 ()/.-]{3,${PHONE_LENGTH_MAX}}$`,
      [MESSAGE]: 'must be a telephone number',
    }),
  ),
})
type AddressInput = Static<typeof AddressInput>

export const AddressView = Type.Object({
  name: Type.String(),
  organization: Type.Union([Type.String(), Type.Null()]),
  lines: Type.Array(Type.String()),
  postal_code: Type.String(),
  city: Type.String(),
  region: Type.Union([Type.String(), Type.Null()]),
  country: Type.String(),
  phone: Type.Union([Type.String(), Type.Null()]),
})
type AddressView = Static<typeof AddressView>

/** Fails with `validation_failed`. */
export function checkCountry(path: string, country: string): void {
  if (!COUNTRIES.has(country)) throw invalidField(path, 'must be a country of ISO 3166-1, such as DE')
}

/** Fails with `validation_failed`. */
export function checkPlace(path: string, { country, region }: Place): void {
  checkCountry(`${path}/country`, country)
  if (region !== null && !REGIONS.has(`${country}-${region}`)) {
    throw invalidField(`${path}/region`, `must be a region of ${country} in ISO 3166-2`)
  }
}

/** Fails with `validation_failed`. */
export function placeOf(path: string, { country, region = null }: PlaceInput): Place {
  const place = { country, region }
  checkPlace(path, place)
  return place
}

/** Always with its fields in the same order: an order is compared with a repeated request as text. Fails with `validation_failed`. */
export function addressOf(path: string, input: AddressInput): Address {
  const { organization = null, region = null, phone = null, country } = input
  checkPlace(path, { country, region })
  return {
    name: input.name.toWellFormed(),
    organization: organization?.toWellFormed() ?? null,
    lines: input.lines.map((each) => each.toWellFormed()),
    postalCode: input.postal_code.trim(),
    city: input.city.toWellFormed(),
    region,
    country,
    phone,
  }
}

export const addressView = ({ lines, postalCode, ...address }: Address): AddressView => ({
  ...address,
  lines: [...lines],
  postal_code: postalCode,
})
