import type { Texts } from '../en/texts.ts'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('de')

export const status: Texts['status'] = {
  pending: {
    label: 'In Bearbeitung',
    text: 'Ihre Bestellung ist bei uns. Sie ist gespeichert und geht nicht verloren.',
    total: 'Summe',
    none: 'Keine Bestellung ist in Bearbeitung.',
  },
  awaiting_payment: {
    label: 'Wartet auf Zahlung',
    text: 'Ihre Artikel sind für Sie reserviert, bis Sie bezahlt haben.',
    total: 'Summe',
    none: 'Keine Bestellung wartet auf ihre Zahlung.',
  },
  confirmed: {
    label: 'Bestätigt',
    text: 'Ihre Artikel sind für Sie reserviert.',
    total: 'Summe',
    none: 'Keine Bestellung wartet auf den Versand.',
  },
  capturing: {
    label: 'Zahlung wird eingezogen',
    text: 'Ihre Zahlung wird eingezogen, danach geht Ihre Bestellung auf die Reise.',
    total: 'Summe',
    none: 'Keine Zahlung wird gerade eingezogen.',
  },
  shipped: {
    label: 'Versandt',
    text: 'Unterwegs zu Ihnen.',
    total: 'Summe',
    none: 'Keine Bestellung ist unterwegs.',
  },
  delivered: {
    label: 'Zugestellt',
    text: 'Viel Freude damit.',
    total: 'Summe',
    none: 'Noch keine Bestellung ist angekommen.',
  },
  cancelling: {
    label: 'Wird storniert',
    text: 'Die Artikel werden wieder freigegeben.',
    total: 'Summe',
    none: 'Keine Bestellung wird gerade storniert.',
  },
  cancelled: {
    label: 'Storniert',
    text: 'Für Sie ist nichts mehr reserviert.',
    total: 'Storniert',
    none: 'Keine Bestellung wurde storniert.',
  },
  rejected: {
    label: 'Abgelehnt',
    text: 'Es wurde nichts gekauft.',
    total: 'Nicht gekauft',
    none: 'Keine Bestellung wurde abgelehnt.',
  },
}

export const statusActions: Texts['statusActions'] = {
  shipped: 'Versenden',
  delivered: 'Als zugestellt markieren',
  cancelled: 'Stornieren',
}

export const rejections: Texts['rejections'] = {
  insufficient_stock: {
    sentence: 'Der Bestand reichte nicht aus.',
    counted: 'Bestand reichte nicht',
  },
  price_changed: {
    sentence: 'Der Preis war nicht der, den die Bestellung nannte.',
    counted: 'Preis hatte sich geändert',
  },
  product_not_found: {
    sentence: 'Ein Produkt wurde nicht mehr verkauft.',
    counted: 'nicht mehr im Angebot',
  },
}

export const orders: Texts['orders'] = {
  tab: 'Bestellungen',
  title: 'Ihre Bestellungen',
  none: 'Noch keine Bestellungen',
  noneMore: 'Was Sie bestellen, erscheint hier mit jedem Schritt.',
  newer: 'Neuere',
  older: 'Ältere',
}

export const order: Texts['order'] = {
  tab: 'Bestellung',
  thanks: 'Vielen Dank. Es gehört Ihnen.',
  gone: 'Diese Bestellung gibt es nicht',
  goneMore: 'Sie haben keine Bestellung mit dieser Nummer.',
  progress: 'Verlauf der Bestellung',
  toCome: ', steht noch aus',
  number: 'Bestellnummer',
  notUpdated: 'Aktualisieren ist gerade nicht möglich. Sie sehen den letzten bekannten Stand.',
  live: 'Live: Der nächste Schritt erscheint hier von selbst.',
  polled: 'Wird alle paar Sekunden aktualisiert.',
  items: 'Artikel',
  of: (n) => count(n, { other: 'Bestellung über # Artikel' }),
  times: (n) => count(n, { other: '# × ' }),
  more: (n) => count(n, { one: ' und 1 weiteres', other: ' und # weitere' }),
  cancel: 'Bestellung stornieren',
  cancelAsk: 'Diese Bestellung stornieren?',
  cancelYes: 'Stornieren',
  cancelNo: 'Behalten',
  cancelMore: 'Die für Sie reservierten Artikel werden sofort freigegeben, und andere können sie kaufen.',
  isCancelled: 'Ihre Bestellung ist storniert',
  isCancelling: 'Ihre Bestellung wird storniert',
  notCancelled: 'Ihre Bestellung konnte nicht storniert werden',
  hasMoved: 'Die Bestellung hat sich inzwischen geändert. Bitte sehen Sie sich ihren Status noch einmal an.',
  holding: 'Ihre Artikel werden reserviert …',
  waiting: 'In Bearbeitung: Ihre Bestellung ist bei uns sicher',
  waitingMore:
    'Unsere Lagerverwaltung antwortet gerade nicht. Sobald sie wieder antwortet, wird über Ihre Bestellung entschieden. Sie müssen nicht noch einmal bestellen und können diese Seite schließen.',
  declined: 'Diese Bestellung wurde abgelehnt; es wurde nichts gekauft',
  addAvailable: 'Verfügbares in den Warenkorb',
  noneAvailable: 'Keines dieser Produkte ist noch verfügbar',
  noAnswer: 'Der Shop hat nicht geantwortet',
  pleaseTryAgain: 'Bitte versuchen Sie es noch einmal.',
  priceChanged: 'Ein Preis hatte sich geändert.',
  totalChanged: (now, before) => `Ein Preis hatte sich geändert: Die Summe betrug ${now}, nicht ${before}.`,
  itemGone: 'Ein Artikel wird nicht mehr verkauft.',
  anItem: 'Ein Artikel',
  hadSoldOut: (name) => sentence`${name} war ausverkauft.`,
  onlyLeft: (name, left, wanted) =>
    sentence`Von ${name} ${count(left, { one: 'war nur noch # Stück', other: 'waren nur noch # Stück' })} da; Sie wollten ${count(wanted, { other: '#' })}.`,
}
