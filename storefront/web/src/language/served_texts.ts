/**
 * The few words of the pages as the gateway serves them, for readers without scripts. This file imports nothing, so that the
 * gateway can import it.
 */
const en = {
  home: 'Shop',
  products: 'Products',
  inStock: 'In stock',
  soldOut: 'Sold out',
  from: 'from',
  before: 'Before:',
  variants: 'Variants',
  next: 'Next page',
  legal: 'Legal',
  path: 'Where you are',
  article: 'Article number',
  notFound: 'There is nothing at this address',
  notFoundMore: 'It may no longer be sold, or the address is wrong.',
}

export type ServedTexts = typeof en

const de: ServedTexts = {
  home: 'Shop',
  products: 'Produkte',
  inStock: 'Auf Lager',
  soldOut: 'Ausverkauft',
  from: 'ab',
  before: 'Vorher:',
  variants: 'Varianten',
  next: 'Nächste Seite',
  legal: 'Rechtliches',
  path: 'Wo Sie sind',
  article: 'Artikelnummer',
  notFound: 'Unter dieser Adresse ist nichts',
  notFoundMore: 'Vielleicht wird es nicht mehr verkauft, oder die Adresse stimmt nicht.',
}

export const SERVED_TEXTS: { readonly [language in 'en' | 'de']: ServedTexts } = { en, de }
