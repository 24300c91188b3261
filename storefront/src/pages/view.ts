/** What the parts of a served page need: the shop, the language, and how addresses and amounts look. */

import type { Group, Product, ShopSettings } from '../../web/src/api/types.ts'
import type { Language } from '../../web/src/language/languages.ts'
import { SERVED_TEXTS, type ServedTexts } from '../../web/src/language/served_texts.ts'
import type { Picture } from './content.ts'

export type View = {
  readonly settings: ShopSettings
  readonly language: Language
  readonly texts: ServedTexts
  /** The address by which visitors reach the shop, without a slash at its end. */
  readonly origin: string
}

export const viewOf = (settings: ShopSettings, language: Language, origin: string): View => ({
  settings,
  language,
  texts: SERVED_TEXTS[language],
  origin,
})

/** In the language of the page; in that of the shop where there is none. */
export const inLanguage = ({ settings, language }: View, texts: Readonly<Record<Language, string>>): string =>
  texts[language] || texts[settings.default_language]

export const addressOf = ({ slug, id }: Pick<Group, 'slug' | 'id'>): string =>
  `/products/${encodeURIComponent(slug ?? id)}`

export const variantAddress = (group: Pick<Group, 'slug' | 'id'>, { id }: Pick<Product, 'id'>): string =>
  `${addressOf(group)}?variant=${id}`

export const pictureAddress = ({ id }: Pick<Picture, 'id'>, edge: 320 | 640 | 1280): string =>
  `/api/media/${id}/${edge}.jpg`

/** The size of that rendition: a small original is not enlarged. */
export function sizeAt({ width, height }: Pick<Picture, 'width' | 'height'>, edge: number) {
  const scale = Math.min(1, edge / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

const formats = new Map<string, Intl.NumberFormat>()

/** As web/src/language/formats.ts, without the visitor's country. */
export function moneyText(
  { settings, language }: View,
  amount: string,
  { currency, currency_digits: digits }: Pick<Product, 'currency' | 'currency_digits'>,
): string {
  const key = `${language} ${currency} ${digits} ${settings.currency_display}`
  const format =
    formats.get(key) ??
    new Intl.NumberFormat(language, {
      style: 'currency',
      currency,
      currencyDisplay: settings.currency_display,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
  formats.set(key, format)
  return format.format(amount as Intl.StringNumericLiteral)
}

export const percentText = ({ language }: View, share: number): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share)
