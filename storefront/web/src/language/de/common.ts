import type { Texts } from '../en/texts.ts'
import { plurals } from '../sentence.ts'

const count = plurals('de')

export const common: Texts['common'] = {
  close: 'Schließen',
  dismiss: 'Ausblenden',
  tryAgain: 'Erneut versuchen',
  toTheShop: 'Zum Shop',
  allOrders: 'Alle Bestellungen',
  pages: 'Seiten',
  previous: 'Zurück',
  next: 'Weiter',
  firstPage: 'Erste Seite',
  total: 'Summe',
  product: 'Produkt',
  quantity: 'Menge',
  oneMore: 'Eins mehr',
  oneLess: 'Eins weniger',
  items: (n) => `${count(n, { other: '#' })} Artikel`,
  late: 'Das dauert länger als üblich …',
  stale: (time) => `Aktualisieren ist gerade nicht möglich; Stand: ${time}.`,
}

export const loading: Texts['loading'] = {
  page: 'Die Seite wird geladen …',
  products: 'Produkte werden geladen …',
  product: 'Das Produkt wird geladen …',
  orders: 'Ihre Bestellungen werden geladen …',
  order: 'Die Bestellung wird geladen …',
}

export const layout: Texts['layout'] = {
  skip: 'Zum Inhalt springen',
  main: 'Hauptmenü',
  admin: 'Verwaltung',
  orders: 'Bestellungen',
  signIn: 'Anmelden',
  cart: 'Warenkorb',
  accountOf: (name) => `Konto von ${name}`,
  cartEmpty: 'Warenkorb, leer',
  cartWith: (n) => count(n, { other: 'Warenkorb, # Artikel' }),
  promise: (shop) =>
    `${shop} verkauft nur, was da ist, zum angezeigten Preis – und verliert keine angenommene Bestellung.`,
  legal: 'Über den Shop',
  withdraw: 'Vertrag widerrufen',
  announcement: 'Ankündigung',
  colours: 'Farben',
  themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
  language: 'Sprache',
  languageNotLoaded: 'Die Sprache konnte nicht geladen werden',
  offline: 'Sie sind offline. Diese Seite ist vielleicht nicht aktuell; Ihr Warenkorb ist gespeichert.',
  openOrder: 'Eine offene Bestellung',
  orderUnknown: 'Wir wissen noch nicht, ob Ihre letzte Bestellung angekommen ist.',
  checkOrder: 'Bestellung prüfen',
  brokenTitle: 'Diese Seite konnte nicht angezeigt werden',
  broken:
    'Vielleicht ist die Verbindung abgebrochen, oder der Shop wurde gerade aktualisiert. Ihr Warenkorb und Ihre Bestellungen sind sicher.',
  loadAgain: 'Neu laden',
  nothingHere: 'Unter dieser Adresse gibt es nichts',
  nothingHereMore: 'Die Seite wurde verschoben, oder es hat sie nie gegeben.',
  shopkeepersOnly: 'Dieser Bereich ist für die Verwaltung des Shops',
}
