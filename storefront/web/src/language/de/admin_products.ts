import type { AdminTexts } from '../en/admin.ts'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('de')

export const products: AdminTexts['products'] = {
  title: 'Produkte',
  new: 'Neues Produkt',
  notShown: 'Wir konnten die Produkte nicht anzeigen',
  nothing: 'Keine Treffer',
  nothingMore: 'Versuchen Sie es mit weniger oder anderen Wörtern.',
  searchFor: (words) => `Nach „${words}“ suchen`,
  noneSoFar: 'Bisher nichts gefunden',
  noneSoFarMore: 'Es gibt viele Produkte. Die Suche kann weitergehen, wo sie aufgehört hat.',
  searchOn: 'Weitersuchen',
  none: 'Noch keine Produkte',
  noneMore: 'Legen Sie das erste an.',
  removed: (name) => sentence`${name} wurde aus dem Katalog entfernt`,
  notRemoved: 'Das Produkt wurde nicht entfernt',
  justEdited: 'Jemand hat es gerade bearbeitet. Sehen Sie es sich zuerst noch einmal an.',
  removeAsk: (name) => sentence`${name} entfernen?`,
  thisProduct: 'Dieses Produkt',
  remove: 'Dieses Produkt entfernen',
  removeVariantMore:
    'Diese Variante wird aus ihrer Gruppe entfernt und kann nicht mehr bestellt werden; die anderen Varianten bleiben. Bestehende Bestellungen behalten Namen und Preis.',
  removeReserved: (n) =>
    count(n, {
      one: '# Stück ist für Bestellungen reserviert, die noch nicht versandt sind: Sie können weiterhin versandt oder storniert werden.',
      other:
        '# Stück sind für Bestellungen reserviert, die noch nicht versandt sind: Sie können weiterhin versandt oder storniert werden.',
    }),
  removeYes: 'Entfernen',
  removeMore:
    'Es wird aus dem Katalog entfernt und kann nicht mehr bestellt werden. Vorhandene Bestellungen behalten Namen und Preis.',
}

export const productPage: AdminTexts['productPage'] = {
  notShown: 'Wir konnten dieses Produkt nicht anzeigen',
  all: 'Alle Produkte',
  inShop: 'Im Shop ansehen',
  gone: 'Jemand hat dieses Produkt entfernt',
  goneMore:
    'Es ist nicht mehr im Katalog, und Änderungen können nicht gespeichert werden. Was Sie eingegeben haben, können Sie noch kopieren.',
  free: 'Verkäuflich',
  reserved: 'Reserviert',
  reservedMore: 'zugesagt, noch nicht versandt',
  byWhom: 'von wem',
  edit: 'Bearbeiten',
  priceAndStock: 'Preis, Bestand und Nummern',
  ofGroup: (group) => sentence`Adresse, Kategorien und Merkmale einer Variante gehören zu ${group}.`,
  itsGroup: 'ihrer Gruppe',
  save: 'Änderungen speichern',
  saved: 'Gespeichert',
  notSaved: 'Wir konnten das Produkt nicht speichern',
  undo: 'Verwerfen',
  stockHint: 'Setzt den Bestand. Wird in der Zwischenzeit verkauft, fragen wir Sie zuerst.',
  mergedAndSaved: 'Zusammengeführt und gespeichert',
}

export const newProduct: AdminTexts['newProduct'] = {
  more: 'Es kann gekauft werden, sobald es gespeichert ist.',
  notShown: 'Wir konnten das Formular nicht anzeigen',
  added: (name) => sentence`${name} ist im Katalog`,
  cancel: 'Abbrechen',
  save: 'Produkt speichern',
}

export const grid: AdminTexts['grid'] = {
  caption: 'Produkte',
  columns: {
    name: 'Name',
    sku: 'Artikelnr.',
    price: 'Preis',
    stock: 'Bestand',
    reserved: 'Reserviert',
    status: 'Sichtbarkeit',
    changed: 'Geändert',
  },
  chooseAll: 'Alle dieser Seite auswählen',
  choose: (name) => `${name} auswählen`,
  changed: 'Geändert',
  actions: 'Aktionen',
  notSaved: (name) => sentence`${name} wurde nicht gespeichert`,
  open: (name) => `${name} öffnen`,
  remove: (name) => `${name} entfernen`,
  cellOf: (field, name) => `${field} von ${name}`,
  cell: (field, value) => `${field} ${value}, bearbeiten`,
  keys: 'Mit den Pfeiltasten bewegen Sie sich. Enter bearbeitet eine Zelle und speichert sie; Escape verwirft die Änderung.',
}

export const conflict: AdminTexts['conflict'] = {
  title: 'Jemand anderes hat dieses Produkt geändert',
  categories: (n) => count(n, { one: '# Kategorie', other: '# Kategorien' }),
  more: 'Noch wurde nichts gespeichert. Die zusammengeführte Fassung behält beide Änderungen, wo das geht.',
  notSaved: 'Wir konnten die zusammengeführte Fassung nicht speichern',
  keepTheirs: 'Andere Fassung behalten',
  save: 'Zusammengeführt speichern',
  both: 'Sie beide haben es geändert',
  onlyThey: 'Nur die andere Person hat es geändert',
  onlyYou: 'Nur Sie haben es geändert',
  itWas: (text, before) => sentence`${text}; vorher: ${before}.`,
  stockMerged: 'Zusammengeführt wird der andere Bestand um so viel geändert, wie Sie Ihren geändert haben.',
  yours: 'Ihre',
  theirs: 'Andere',
  merged: 'Zusammengeführt',
  emptyText: '(leer)',
  quoted: (text) => `„${text}“`,
}

export const stock: AdminTexts['stock'] = {
  title: 'Bestand anpassen',
  add: 'Zugang',
  take: 'Abgang',
  addReasons: ['Lieferung', 'Rückgabe', 'Gefunden'],
  takeReasons: ['Beschädigt', 'Verloren', 'Eigenbedarf'],
  howMany: 'Wie viele? Eine ganze Zahl ab 1.',
  atMost: (max) => count(max, { other: 'Eine ganze Zahl, höchstens #.' }),
  needsReason: 'Bitte geben Sie einen Grund an. Er steht im Lagerbuch.',
  now: (name, n) => sentence`${name}: ${count(n, { other: '# auf Lager' })}`,
  subjects: { delta: 'Die Stückzahl', reason: 'Der Grund' },
  direction: 'Richtung',
  units: 'Stück',
  reason: 'Grund',
  hint: (n) => count(n, { other: 'jetzt #' }),
  hintAfter: (n, after) => `${count(n, { other: 'jetzt #' })}, ${after}`,
  tooFew: 'so viele sind nicht da',
  tooMany: (max) => count(max, { other: 'höchstens #' }),
  after: (n) => count(n, { other: 'danach #' }),
  submitAdd: 'Zugang buchen',
  submitTake: 'Abgang buchen',
  notEnough: 'Der Bestand reicht nicht aus',
  notEnoughMore: (n) =>
    count(n, {
      one: 'Nur # Stück ist verkäuflich; reservierte gehören zu Bestellungen.',
      other: 'Nur # Stück sind verkäuflich; reservierte gehören zu Bestellungen.',
    }),
  lost: 'Die Antwort ging verloren',
  lostMore: 'Senden Sie es unverändert noch einmal: Es zählt nur einmal.',
  notAdjusted: 'Wir konnten den Bestand nicht anpassen',
  ledger: 'Lagerbuch',
  ledgerNotShown: 'Wir konnten das Lagerbuch nicht anzeigen',
  ledgerLoading: 'Das Lagerbuch wird geladen …',
  ledgerEmpty: 'Noch keine Einträge: Das Produkt begann ohne Bestand, und es kam keiner dazu.',
  older: 'Ältere Einträge',
  sinceBeginning: 'seit Beginn',
  ofNewest: (n) => count(n, { other: 'der neuesten # Einträge' }),
  summary: (span, since, lowest, highest, now) =>
    `Bestand ${span}, ab ${since}: zwischen ${lowest} und ${highest}, jetzt ${now}.`,
  ledgerCaption: 'Einträge des Lagerbuchs, neueste zuerst',
  change: 'Änderung',
  stockThen: 'Bestand danach',
  why: 'Grund',
  customer: 'Kundschaft',
  movements: {
    initial: 'Anfangsbestand',
    sale: 'Bestellung',
    release: 'Bestellung storniert',
    return: 'Rückgabe',
    adjustment: 'Anpassung',
    edit: 'Beim Bearbeiten gesetzt',
  },
}
