/**
 * What the shop says of itself: name, contact, legal pages, colours, languages. One document, which is stored, exchanged and
 * shown as a whole, so its names are those of its JSON. Rules of change: change_shop_settings.ts.
 *
 * A shop that never changed anything has DEFAULT_SETTINGS at version 1, and no record. A stored document may lack fields of
 * this release; those are the defaults.
 */

/** The languages that the pages have (storefront/web/src/language). */
export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

export const LEGAL_PAGES = ['imprint', 'privacy', 'terms', 'withdrawal', 'shipping'] as const
export type LegalPage = (typeof LEGAL_PAGES)[number]

export const CURRENCY_DISPLAYS = ['symbol', 'code'] as const

export const SHOP_NAME_LENGTH_MAX = 60
export const TAGLINE_LENGTH_MAX = 120
export const ANNOUNCEMENT_LENGTH_MAX = 200
export const EMAIL_LENGTH_MAX = 254
export const PHONE_LENGTH_MAX = 40
export const ADDRESS_LINES_MAX = 8
export const ADDRESS_LINE_LENGTH_MAX = 120
export const SLUG_LENGTH_MAX = 60
export const LEGAL_TITLE_LENGTH_MAX = 100
/** In characters of Markdown. A text of this length fits into a request of 64 KiB in most scripts. */
export const LEGAL_TEXT_LENGTH_MAX = 20_000

/** By language; empty where there is none. */
export type Texts = { readonly [language in Language]: string }
/** The accent of the pages, and the text on it. */
export type Colours = { readonly accent: string; readonly text: string }

export type ShopSettings = {
  readonly name: string
  readonly tagline: Texts
  /** A line at the top of every page. */
  readonly announcement: Texts
  readonly contact: { readonly email: string; readonly phone: string; readonly address: readonly string[] }
  /** `text` is Markdown. A page without any text is not shown. */
  readonly legal: {
    readonly [page in LegalPage]: { readonly slug: string; readonly title: Texts; readonly text: Texts }
  }
  readonly colours: { readonly light: Colours; readonly dark: Colours }
  readonly logo_media_id: string | null
  /** That visitors can choose. */
  readonly languages: readonly Language[]
  readonly default_language: Language
  readonly currency_display: (typeof CURRENCY_DISPLAYS)[number]
}

export type StoredSettings = {
  readonly settings: ShopSettings
  /** The size of the picture `logo_media_id`, so that pages have a place for it before it has loaded; null without it. */
  readonly logo: { readonly width: number; readonly height: number } | null
  readonly version: number
  /** RFC 3339, UTC; null if they were never changed. */
  readonly updatedAt: string | null
}

const NONE: Texts = { en: '', de: '' }

export const DEFAULT_SETTINGS: ShopSettings = {
  name: 'Fairhold',
  tagline: { en: 'Good things, honestly counted', de: 'Gute Dinge, ehrlich gezählt' },
  announcement: NONE,
  contact: { email: '', phone: '', address: [] },
  legal: {
    imprint: { slug: 'imprint', title: { en: 'Imprint', de: 'Impressum' }, text: NONE },
    privacy: { slug: 'privacy', title: { en: 'Privacy', de: 'Datenschutz' }, text: NONE },
    terms: { slug: 'terms', title: { en: 'Terms', de: 'AGB' }, text: NONE },
    withdrawal: { slug: 'withdrawal', title: { en: 'Withdrawal', de: 'Widerruf' }, text: NONE },
    shipping: { slug: 'shipping', title: { en: 'Shipping', de: 'Versand' }, text: NONE },
  },
  colours: {
    light: { accent: '#17573f', text: '#ffffff' },
    dark: { accent: '#86d3b3', text: '#08221a' },
  },
  logo_media_id: null,
  languages: LANGUAGES,
  default_language: 'en',
  currency_display: 'symbol',
}

export const UNCHANGED: StoredSettings = {
  settings: DEFAULT_SETTINGS,
  logo: null,
  version: 1,
  updatedAt: null,
}
/** As the owner of a use of a picture (media_ports.ts). No product or group has this id. */
export const SHOP_OWNER = 'shop'
