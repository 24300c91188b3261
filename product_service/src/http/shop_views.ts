/** The settings of the shop as JSON. */
import { NullableString, Version } from '@shop/service_kit/http/schemas'
import Type, { type Static, type TSchema } from '@shop/service_kit/runtime/schema_types'
import {
  CURRENCY_DISPLAYS,
  LANGUAGES,
  LEGAL_PAGES,
  type LegalPage,
  type StoredSettings,
} from '../domain/shop_settings.ts'

/** One schema for each of these names. */
export const each = <Name extends string, Schema extends TSchema>(names: readonly Name[], schema: Schema) =>
  Object.fromEntries(names.map((name) => [name, schema])) as Record<Name, Schema>

export const Language = Type.Enum([...LANGUAGES])
export const CurrencyDisplay = Type.Enum([...CURRENCY_DISPLAYS], {
  description: 'How amounts name the currency of the store: $ or USD',
})

const Texts = Type.Object(each(LANGUAGES, Type.String()), {
  description: 'By language; empty where there is none',
})
const Colours = Type.Object({ accent: Type.String(), text: Type.String() })
const Page = Type.Object({
  slug: Type.String({ description: 'Its address is /pages/<slug>' }),
  title: Texts,
  text: Type.Object(each(LANGUAGES, Type.String()), { description: 'Markdown' }),
})

export const ShopView = Type.Object({
  name: Type.String(),
  tagline: Texts,
  announcement: Texts,
  contact: Type.Object({
    email: Type.String(),
    phone: Type.String(),
    address: Type.Array(Type.String()),
  }),
  legal: Type.Object(each<LegalPage, typeof Page>(LEGAL_PAGES, Page)),
  colours: Type.Object({ light: Colours, dark: Colours }),
  logo_media_id: NullableString(),
  logo: Type.Union([Type.Object({ width: Type.Integer(), height: Type.Integer() }), Type.Null()], {
    description: 'The size of the logo, for its place on a page; null if there is none',
  }),
  languages: Type.Array(Language),
  default_language: Language,
  currency_display: CurrencyDisplay,
  version: Version,
  updated_at: NullableString({ format: 'date-time', description: 'null: never changed' }),
})
export type ShopView = Static<typeof ShopView>

export const shopView = ({ settings, logo, version, updatedAt }: StoredSettings): ShopView => ({
  ...settings,
  contact: { ...settings.contact, address: [...settings.contact.address] },
  languages: [...settings.languages],
  logo,
  version,
  updated_at: updatedAt,
})
