/** What products and groups have in common, in requests and answers. */
import { Id, NullableString } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import { invalidField } from '@shop/service_kit/runtime/problem'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  ATTRIBUTE_NAME_LENGTH_MAX,
  ATTRIBUTE_VALUE_LENGTH_MAX,
  ATTRIBUTES_MAX,
  CATEGORIES_PER_PRODUCT_MAX,
  type Shown,
  type ShownFields,
  SLUG_LENGTH_MAX,
  VALUES_PER_ATTRIBUTE_MAX,
} from '../domain/details.ts'
import { isSlug } from '../domain/slug.ts'
import { MediaItemsInput, MediaItemView, readMediaItems } from './media_items.ts'

const Status = Type.Enum(['draft', 'published'], { description: 'A draft is not on sale' })

/** JSON Schema of an object with any names: `Type` has no record. */
const Attributes = <Names extends object>(names: Names) =>
  Type.Unsafe<Record<string, string[]>>({
    type: 'object',
    ...names,
    description: 'Values by name, such as {"Material": ["cotton"]}',
  })

export const SHOWN_VIEW = {
  slug: NullableString({ description: 'Its address in the shop; a variant has that of its group' }),
  status: Status,
  publish_at: NullableString({ format: 'date-time', description: 'When a draft is published by itself' }),
  media: Type.Array(MediaItemView),
  categories: Type.Array(Id, { description: 'Ids, in the order in which they were chosen' }),
  attributes: Attributes({ additionalProperties: { type: 'array', items: { type: 'string' } } }),
}

export const shownView = (
  { slug, draft, publishAt, media, categories, attributes }: Shown,
  hasCategory: (id: string) => boolean,
) => ({
  slug,
  status: draft ? ('draft' as const) : ('published' as const),
  publish_at: publishAt,
  media: media.map((item) => ({ ...item, focus: { ...item.focus } })),
  categories: categories.filter(hasCategory),
  attributes: attributes as Record<string, string[]>,
})

const TIME = '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})$'

export const SHOWN_INPUT = {
  slug: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: SLUG_LENGTH_MAX,
      description: 'Small letters, digits and single hyphens; made from the name if it is absent',
    }),
  ),
  status: Type.Optional(Status),
  publish_at: Type.Optional(
    // As `format: date-time`, which takes long for a text of the size of a body.
    Type.Unsafe<string | null>({
      type: ['string', 'null'],
      pattern: TIME,
      [MESSAGE]: 'must be a time such as 2026-01-31T12:00:00Z',
      description: 'Of a draft: when it is published by itself',
      examples: ['2026-12-01T08:00:00+01:00'],
    }),
  ),
  media: Type.Optional(MediaItemsInput),
  categories: Type.Optional(Type.Array(Id, { maxItems: CATEGORIES_PER_PRODUCT_MAX, uniqueItems: true })),
  attributes: Type.Optional(
    Attributes({
      maxProperties: ATTRIBUTES_MAX,
      propertyNames: TextInput('line', { maxLength: ATTRIBUTE_NAME_LENGTH_MAX }),
      additionalProperties: Type.Array(TextInput('line', { maxLength: ATTRIBUTE_VALUE_LENGTH_MAX }), {
        minItems: 1,
        maxItems: VALUES_PER_ATTRIBUTE_MAX,
        uniqueItems: true,
      }),
    }),
  ),
}

const ShownInput = Type.Object(SHOWN_INPUT)
export type ShownInput = Static<typeof ShownInput>

/** Fails with `validation_failed`. */
export function readSlug(slug: string): string {
  if (isSlug(slug)) return slug
  throw invalidField('/slug', 'must be words of small letters and digits, joined by single hyphens')
}

/** Only the fields that were sent. Fails with `validation_failed`. */
export function readShown(body: ShownInput): Partial<ShownFields> {
  const { slug, status, publish_at, media, categories, attributes } = body
  return {
    ...(slug === undefined ? {} : { slug: readSlug(slug) }),
    ...(status === undefined ? {} : { draft: status === 'draft' }),
    // In UTC and to the millisecond, so that times compare as texts.
    ...(publish_at === undefined ? {} : { publishAt: publish_at === null ? null : readTime(publish_at) }),
    ...(media === undefined ? {} : { media: readMediaItems(media, '/media') }),
    ...(categories === undefined ? {} : { categories }),
    ...(attributes === undefined ? {} : { attributes: wellFormed(attributes) }),
  }
}

/** A leap second is a valid text, but no time that a computer knows. */
function readTime(text: string): string {
  const [year, month, day] = text.split(/[-Tt]/, 3).map(Number) as [number, number, number]
  const time = new Date(text)
  const isOfItsMonth = day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
  // A year of five digits would not compare as a text.
  if (Number.isNaN(time.getTime()) || !isOfItsMonth || !/^\d{4}-/.test(time.toISOString()))
    throw invalidField('/publish_at', 'must be a time such as 2026-01-31T12:00:00Z')
  return time.toISOString()
}

const wellFormed = (attributes: Record<string, string[]>): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, values]) => [
      name.toWellFormed(),
      values.map((value) => value.toWellFormed()),
    ]),
  )
