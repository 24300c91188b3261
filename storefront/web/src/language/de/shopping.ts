import type { Texts } from '../en/texts.ts'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('de')

export const catalogue: Texts['catalogue'] = {
  title: 'Shop',
  search: 'Produkte suchen',
  inStock: 'Auf Lager',
  sortBy: 'Sortieren nach',
  sorts: {
    relevance: 'Beste Treffer',
    newest: 'Neueste zuerst',
    price: 'Preis aufsteigend',
    '-price': 'Preis absteigend',
    name: 'Name von A bis Z',
  },
  quoted: (text) => `„${text}“`,
  corrected: (asked, shown) => sentence`Keine Treffer für „${asked}“. Sie sehen Treffer für „${shown}“.`,
  products: 'Produkte',
  empty: 'Die Regale sind noch leer',
  emptyMore: 'Sobald es Produkte gibt, erscheinen sie hier.',
  nothing: 'Nichts gefunden',
  nothingMore: 'Versuchen Sie es mit weniger oder anderen Wörtern; ein Wortanfang genügt.',
  showAll: 'Alles anzeigen',
  breadcrumbs: 'Wo Sie sind',
  noCategory: 'Diese Kategorie gibt es nicht',
  noCategoryMore: 'Vielleicht wurde sie entfernt, oder die Adresse stimmt nicht.',
  categories: 'Kategorien',
  filters: 'Filter',
  noFilters: 'Filtern ist gerade nicht möglich.',
  unfiltered: 'Diese Liste ist nicht gefiltert',
  unfilteredMore: 'Filtern ist gerade nicht möglich; Sie sehen alle Produkte.',
  chosen: 'Gewählte Filter',
  without: 'Entfernen:',
  clear: 'Alle entfernen',
  fewer: 'Weniger anzeigen',
  allValues: (n) => count(n, { other: 'Alle # anzeigen' }),
  price: 'Preis',
  priceMin: 'Niedrigster Preis',
  priceMax: 'Höchster Preis',
  priced: (min, max) =>
    min === undefined ? `bis ${max}` : max === undefined ? `ab ${min}` : `${min} bis ${max}`,
  apply: 'Anwenden',
  found: (n, shown) => count(n, { one: '1 Produkt', other: `${shown} Produkte` }),
  show: (n, shown) => count(n, { one: '1 Produkt anzeigen', other: `${shown} Produkte anzeigen` }),
  pageOf: (page, pages) => `Seite ${page} von ${pages}`,
}

export const home: Texts['home'] = {
  welcome: (shop) => `Willkommen bei ${shop}`,
  promise: 'Jeder Preis ist der, den Sie zahlen, und jeder Bestand ist gezählt, nicht geschätzt.',
  categories: 'Was suchen Sie?',
  latest: 'Neu im Shop',
  runningOut: 'Bald vergriffen',
  runningOutMore: 'Die neuesten Produkte, von denen nur noch wenige da sind.',
}

export const stock: Texts['stock'] = {
  none: 'Ausverkauft',
  last: 'Letztes Stück',
  few: (n) => count(n, { other: 'Nur noch # Stück' }),
  many: (n) => count(n, { other: '# auf Lager' }),
}

export const product: Texts['product'] = {
  gone: 'Dieses Produkt führen wir nicht',
  goneMore: 'Vielleicht wird es nicht mehr verkauft, oder die Adresse stimmt nicht.',
  promise: 'Sie zahlen den Preis, den Sie sehen. Ändert er sich vor Ihrer Bestellung, fragen wir Sie zuerst.',
  back: 'Zurück zum Shop',
  live: 'Live: Die Zahl ändert sich, sobald jemand kauft.',
  asOf: (ago) => sentence`Stand: ${ago}. Aktualisieren ist gerade nicht möglich.`,
  soldOut: 'Zurzeit ausverkauft',
  soldOutMore: 'Sobald Nachschub da ist, sehen Sie es hier.',
  added: 'Im Warenkorb',
  showCart: 'Ansehen',
  add: 'In den Warenkorb',
  allInCart: 'Alle sind im Warenkorb',
  cartFull: 'Der Warenkorb ist voll',
  cartFullMore: (n) =>
    count(n, {
      other: 'In einen Warenkorb passen höchstens # verschiedene Produkte. Bitte bestellen Sie diese zuerst.',
    }),
  inCart: (n, cart) => sentence`Bereits ${count(n, { other: '#' })} in ${cart('Ihrem Warenkorb')}.`,
  before: 'Vorher:',
  lowest30: (price) => sentence`Niedrigster Preis der 30 Tage vor der Senkung: ${price}`,
  from: (price) => sentence`ab ${price}`,
  versions: (n) => count(n, { one: '# Ausführung', other: '# Ausführungen' }),
  choose: (option) => `Bitte wählen: ${option}`,
  notCombined: 'nicht zusammen mit Ihrer übrigen Auswahl',
  noSuchVersion: 'Diese Kombination gibt es nicht',
  noSuchVersionMore: 'Durchgestrichene Werte passen nicht zu Ihrer übrigen Auswahl.',
  versionSoldOut: 'Diese Ausführung ist zurzeit ausverkauft',
  versionSoldOutMore: 'Werte mit gestricheltem Rand sind ausverkauft; die anderen sind da.',
  details: 'Einzelheiten',
  weight: 'Gewicht',
  sku: 'Artikelnummer',
  gtin: 'GTIN',
  related: 'Das könnte auch passen',
  more: 'Mehr aus dem Shop',
}

export const picture: Texts['picture'] = {
  all: 'Bilder',
  enlarge: 'Vergrößern',
  larger: 'Näher ansehen',
  smaller: 'Das ganze Bild zeigen',
  show: (n, of, what) => `Bild ${n} von ${of}: ${what}`,
  count: (n, of) => `${n} / ${of}`,
  previous: 'Voriges Bild',
  next: 'Nächstes Bild',
}

export const cart: Texts['cart'] = {
  tab: 'Warenkorb',
  title: 'Ihr Warenkorb',
  summary: 'Zusammenfassung',
  noExtraCosts: 'Keine weiteren Kosten',
  costsAtCheckout: 'Der Versand kommt an der Kasse hinzu',
  checkOut: 'Zur Kasse',
  acceptAndCheckOut: 'Übernehmen und zur Kasse',
  order: 'Jetzt kaufen',
  acceptAndOrder: 'Übernehmen und kaufen',
  signInToOrder: 'Anmelden und bestellen',
  asGuest: 'Ohne Konto bestellen',
  onlyUpdate: 'Nur Warenkorb aktualisieren',
  empty: 'Ihr Warenkorb ist leer',
  emptyMore: 'Was Sie hineinlegen, bleibt hier, auch wenn Sie die Seite schließen.',
  browse: 'Im Shop stöbern',
  elsewhere: 'Ihr Warenkorb wurde in einem anderen Tab geändert',
  elsewhereEmpty:
    'Im anderen Tab wurde bestellt oder der Warenkorb geleert. In diesem Tab wurde nichts bestellt.',
  seeOrders: 'Ihre Bestellungen',
  removed: 'Aus dem Warenkorb entfernt',
  putBack: 'Zurücklegen',
  change: (name) => sentence`${name} ändern`,
  quantityOf: (name) => `Menge von ${name}`,
  remove: (name) => `${name} entfernen`,
  each: (price) => sentence`${price} pro Stück`,
  before: 'Vorher',
  gone: 'Nicht mehr im Angebot',
  forLeft: (n) => count(n, { one: 'für das letzte Stück', other: 'für die letzten # Stück' }),
  changed: 'Inzwischen hat sich etwas geändert',
  changedWhileOrdering: 'Während Ihrer Bestellung hat sich etwas geändert. Es wurde nichts gekauft.',
  isGone: (name) => sentence`${name} wird nicht mehr verkauft.`,
  costsNow: (name, now, before) => sentence`${name} kostet jetzt ${now}; vorher waren es ${before}.`,
  justSoldOut: (name) => sentence`${name} ist gerade ausverkauft.`,
  onlyLeft: (name, left, shown, wanted) =>
    sentence`Von ${name} ${count(left, { one: 'ist', other: 'sind' })} nur noch ${shown} Stück da; Sie wollten ${wanted}.`,
}

export const checkout: Texts['checkout'] = {
  signedOut: 'Ihre Sitzung ist während der Bestellung abgelaufen',
  signedOutMore:
    'Bitte melden Sie sich wieder an. Wir prüfen dann zuerst, ob Ihre Bestellung angekommen ist; nichts wird doppelt gekauft.',
  asking: 'Wir prüfen, ob Ihre Bestellung angekommen ist',
  askingMore: 'Einen Moment, bitte.',
  noAnswer:
    'Es kam keine Antwort. Wir prüfen weiter, und nichts wird doppelt gekauft. Sie können diese Seite auch schließen und später wiederkommen.',
  missing: 'Ihre Bestellung ist nicht bei uns angekommen',
  missingMore:
    'Wir haben es geprüft: Die Bestellung gibt es nicht, und es wurde nichts gekauft. Sie können sie ohne Risiko noch einmal senden.',
  sendAgain: 'Noch einmal senden',
  backToCart: 'Zurück zum Warenkorb',
  elsewhereMore:
    'Im anderen Tab wurde dieser Warenkorb bestellt oder geändert. In diesem Tab wurde nichts bestellt.',
  notStored: 'Ihr Browser konnte die Bestellung nicht speichern',
  notStoredMore:
    'Es wurde nichts gesendet. Wir speichern eine Bestellung im Browser, bevor wir sie senden, damit sie nie doppelt entsteht. Bitte schaffen Sie etwas Platz, oder bestellen Sie mit einem anderen Browser.',
  nothingBought: 'Es wurde nichts gekauft',
  nothingBoughtMore:
    'Preis oder Bestand hatten sich gerade geändert. Was Sie jetzt sehen, ist aktuell; Sie können erneut bestellen.',
  long: 'Das dauert länger als üblich',
  longMore: 'Bitte warten Sie. So oft Ihre Bestellung auch gesendet werden muss, sie entsteht nur einmal.',
}
