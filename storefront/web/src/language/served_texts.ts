/**
 * The few words of the pages as the gateway serves them, for readers without scripts. This file imports nothing, so that the
 * gateway can import it.
 */
const en = {
  home: 'Shop',
  back: 'Back to the shop',
  welcome: (shop: string) => `Welcome to ${shop}`,
  promise: 'Every price is what you pay, and every number in stock is counted, not guessed.',
  products: 'Products',
  inStock: 'In stock',
  soldOut: 'Sold out',
  from: 'from',
  before: 'Before:',
  lowest30: (price: string) => `Lowest price of the 30 days before the reduction: ${price}`,
  variants: 'Variants',
  next: 'Next page',
  legal: 'Legal',
  withdraw: 'Withdraw from contract here',
  path: 'Where you are',
  article: 'Article number',
  notFound: 'There is nothing at this address',
  notFoundMore: 'It may no longer be sold, or the address is wrong.',
}

export type ServedTexts = typeof en

const de: ServedTexts = {
  home: 'Shop',
  back: 'Zurück zum Shop',
  welcome: (shop) => `Willkommen bei ${shop}`,
  promise: 'Jeder Preis ist der, den Sie zahlen, und jeder Bestand ist gezählt, nicht geschätzt.',
  products: 'Produkte',
  inStock: 'Auf Lager',
  soldOut: 'Ausverkauft',
  from: 'ab',
  before: 'Vorher:',
  lowest30: (price) => `Niedrigster Preis der 30 Tage vor der Senkung: ${price}`,
  variants: 'Varianten',
  next: 'Nächste Seite',
  legal: 'Rechtliches',
  withdraw: 'Vertrag widerrufen',
  path: 'Wo Sie sind',
  article: 'Artikelnummer',
  notFound: 'Unter dieser Adresse ist nichts',
  notFoundMore: 'Vielleicht wird es nicht mehr verkauft, oder die Adresse stimmt nicht.',
}

export const SERVED_TEXTS: { readonly [language in 'en' | 'de']: ServedTexts } = { en, de }
