/** What a buyer types at the checkout, as it is kept in this browser (kept.ts), and as POST /orders takes it. */
import type { paths } from '@shop/client/generated/order_service'
import { buying } from '../language/buying_texts.ts'
import { currentLanguage } from '../language/switch.ts'
import type { KeyValueStorage } from '../storage.ts'
import { keyOfBuyer } from './kept.ts'

type Bodies = NonNullable<paths['/orders']['post']['requestBody']>['content']['application/json']
export type QuotedBody = Extract<Bodies, { quote: string }>
export type PaymentMethod = NonNullable<QuotedBody['payment_method']>

export const FIELDS = [
  'email',
  'name',
  'organization',
  'street',
  'more',
  'postalCode',
  'city',
  'region',
  'country',
  'phone',
] as const
export type Field = (typeof FIELDS)[number]
export type Buyer = Readonly<Record<Field, string>>
export type Faults = Partial<Record<Field, string>>

const NO_ONE = Object.fromEntries(FIELDS.map((field) => [field, ''])) as Buyer

export function readBuyer(storage: KeyValueStorage, userId: string): Buyer {
  try {
    const read: Record<string, unknown> = JSON.parse(storage.getItem(keyOfBuyer(userId)) ?? '{}') ?? {}
    const known = FIELDS.flatMap((field) => (typeof read[field] === 'string' ? [[field, read[field]]] : []))
    return { ...NO_ONE, ...Object.fromEntries(known) }
  } catch {
    return NO_ONE
  }
}

export function keepBuyer(storage: KeyValueStorage, userId: string, buyer: Buyer): void {
  try {
    storage.setItem(keyOfBuyer(userId), JSON.stringify(buyer))
  } catch {
    // It is only kept for convenience.
  }
}

const NEEDED: readonly Field[] = ['email', 'name', 'street', 'city', 'country']
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** What is missing or cannot be right; the service checks the rest. */
export function faultsOf(buyer: Buyer, needsRegion: boolean): Faults {
  const needed = needsRegion ? [...NEEDED, 'region' as const] : NEEDED
  const faults: Faults = {}
  for (const field of needed) if (buyer[field].trim() === '') faults[field] = buying.needed(buying[field])
  if (faults.email === undefined && !EMAIL.test(buyer.email.trim())) faults.email = buying.wrongEmail
  return faults
}

export const regionOf = ({ region }: Buyer): string | null => region.trim().toUpperCase() || null

export function bodyOf(buyer: Buyer, quote: string, method: PaymentMethod | undefined): QuotedBody {
  const text = (field: Field) => buyer[field].trim()
  return {
    quote,
    email: text('email'),
    language: currentLanguage(),
    address: {
      name: text('name'),
      organization: text('organization') || null,
      lines: [text('street'), text('more')].filter((line) => line !== ''),
      postal_code: text('postalCode'),
      city: text('city'),
      region: regionOf(buyer),
      country: buyer.country,
      phone: text('phone') || null,
    },
    ...(method === undefined ? {} : { payment_method: method }),
  }
}

/** The field for each path of a body that the service refused. */
const FIELD_OF: readonly (readonly [RegExp, Field])[] = [
  [/^\/email/, 'email'],
  [/^\/address\/lines\/1/, 'more'],
  [/^\/address\/lines/, 'street'],
  [/^\/address\/postal_code/, 'postalCode'],
  ...(['name', 'organization', 'city', 'region', 'country', 'phone'] as const).map(
    (field) => [new RegExp(`^/address/${field}`), field] as const,
  ),
]

export function faultsRefused(errors: unknown): Faults {
  const faults: Faults = {}
  for (const { path, message } of Array.isArray(errors) ? errors : []) {
    const field = FIELD_OF.find(([pattern]) => pattern.test(String(path)))?.[1]
    if (field) faults[field] ??= `${buying[field]}: ${message}`
  }
  return faults
}
