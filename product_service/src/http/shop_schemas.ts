/** The operations on the settings of the shop. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body, IfMatchHeaders, IfNoneMatchHeaders } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import Type, { type Static, type TProperties, type TSchema } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  ADDRESS_LINE_LENGTH_MAX,
  ADDRESS_LINES_MAX,
  ANNOUNCEMENT_LENGTH_MAX,
  EMAIL_LENGTH_MAX,
  LANGUAGES,
  LEGAL_PAGES,
  LEGAL_TEXT_LENGTH_MAX,
  LEGAL_TITLE_LENGTH_MAX,
  PHONE_LENGTH_MAX,
  SHOP_NAME_LENGTH_MAX,
  SLUG_LENGTH_MAX,
  TAGLINE_LENGTH_MAX,
} from '../domain/shop_settings.ts'
import { PROBLEMS } from './problems.ts'
import { MERGE_PATCH_TYPE } from './product_write_schemas.ts'
import { CurrencyDisplay, each, Language, ShopView } from './shop_views.ts'

const operation = operationsOf(PROBLEMS, 'shop')

/** Each may be left out. */
const some = <P extends TProperties>(properties: P) =>
  Body(
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema as TSchema)]),
    ) as {
      [Name in keyof P]: ReturnType<typeof Type.Optional<P[Name]>>
    },
  )

const texts = (schema: ReturnType<typeof TextInput>) => some(each(LANGUAGES, schema))
/** One line, or none. */
const line = (maxLength: number) => TextInput('prose', { maxLength })
const matching = (pattern: string, message: string, maxLength: number) =>
  Type.String({ pattern, maxLength, [MESSAGE]: message })

const Colour = Type.String({ pattern: '^#[0-9a-f]{6}$', [MESSAGE]: 'must be a colour such as #17573f' })
const Colours = some({ accent: Colour, text: Colour })

export const ShopPatch = some({
  name: TextInput('line', { maxLength: SHOP_NAME_LENGTH_MAX }),
  tagline: texts(line(TAGLINE_LENGTH_MAX)),
  announcement: texts(line(ANNOUNCEMENT_LENGTH_MAX)),
  contact: some({
    email: matching('^([^\\s@<>"]+@[^\\s@<>"]+)?$', 'must be an e-mail address', EMAIL_LENGTH_MAX),
    phone: matching('^[+0-9 ()/.-]*$', 'must be a telephone number', PHONE_LENGTH_MAX),
    address: Type.Array(TextInput('line', { maxLength: ADDRESS_LINE_LENGTH_MAX }), {
      maxItems: ADDRESS_LINES_MAX,
    }),
  }),
  legal: some(
    each(
      LEGAL_PAGES,
      some({
        slug: matching(
          '^[a-z0-9]+(-[a-z0-9]+)*$',
          'must be lower-case letters, digits and single hyphens',
          SLUG_LENGTH_MAX,
        ),
        title: texts(TextInput('line', { maxLength: LEGAL_TITLE_LENGTH_MAX })),
        text: texts(TextInput('prose', { maxLength: LEGAL_TEXT_LENGTH_MAX })),
      }),
    ),
  ),
  colours: some({ light: Colours, dark: Colours }),
  logo_media_id: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    pattern: '^[0-9a-f-]{1,64}$',
    [MESSAGE]: 'must be the id of a picture',
    description: 'Of an uploaded picture; null for the mark of the pages',
  }),
  languages: Type.Array(Language, { minItems: 1, maxItems: LANGUAGES.length, uniqueItems: true }),
  default_language: Language,
  currency_display: CurrencyDisplay,
  version: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'The version you have seen',
  }),
})
export type ShopPatch = Static<typeof ShopPatch>

export const getShopOperation = operation({
  operationId: 'getShop',
  summary: 'What the shop says of itself; its ETag is the version',
  access: 'public',
  headers: IfNoneMatchHeaders,
  response: { 200: ShopView, 304: Type.Null({ description: 'You have it already' }) },
  problems: ['store_unavailable'],
})

export const patchShopOperation = operation({
  operationId: 'patchShop',
  summary: 'Change some settings (RFC 7396 merge patch; lists are replaced)',
  access: 'admin',
  consumes: ['application/json', MERGE_PATCH_TYPE],
  headers: IfMatchHeaders,
  body: ShopPatch,
  response: { 200: ShopView },
  problems: [
    ...ADMIN_PROBLEMS,
    ...BODY_PROBLEMS,
    ...(['store_unavailable', 'overloaded', 'version_contradiction', 'version_required'] as const),
    ...(['settings_changed', 'settings_precondition_failed', 'settings_refused', 'media_unknown'] as const),
  ],
})
