import type { Texts } from '../en/texts.ts'

export const failed: Texts['failed'] = {
  showProducts: 'Wir konnten die Produkte nicht anzeigen',
  showProduct: 'Wir konnten dieses Produkt nicht anzeigen',
  checkCart: 'Wir konnten Preise und Bestand nicht prüfen',
  order: 'Wir konnten diese Bestellung nicht annehmen',
  showPage: 'Wir konnten diese Seite nicht anzeigen',
  showOrders: 'Wir konnten Ihre Bestellungen nicht anzeigen',
  showOrder: 'Wir konnten diese Bestellung nicht anzeigen',
  changePassword: 'Wir konnten Ihr Passwort nicht ändern',
  register: 'Wir konnten Ihr Konto nicht anlegen',
  signIn: 'Wir konnten Sie nicht anmelden',
}

export const problems: Texts['problems'] = {
  offlineTitle: 'Sie sind anscheinend offline',
  offline: 'Nichts geht verloren. Es geht weiter, sobald die Verbindung wieder da ist.',
  unexpected: 'Auf dieser Seite ist etwas Unerwartetes passiert.',
  ourFault: 'Bei uns ist etwas schiefgegangen. Vielleicht klappt es gleich wieder.',
  noAnswer: 'Der Shop hat nicht geantwortet. Vielleicht ist er gleich wieder da.',
  partAway:
    'Ein Teil des Shops ist gerade nicht erreichbar; der Rest funktioniert. Bitte versuchen Sie es in Kürze erneut.',
  busy: 'Im Shop ist gerade sehr viel los. Bitte versuchen Sie es in Kürze erneut.',
  forbidden: 'Ihr Konto darf das nicht.',
  productGone: 'Dieses Produkt wird nicht mehr verkauft.',
  notAccepted: 'Der Shop konnte diese Anfrage nicht annehmen.',
  sessionEnded: 'Ihre Sitzung ist abgelaufen. Bitte melden Sie sich wieder an.',
  keepTrying: 'Wir versuchen es automatisch weiter.',
  request: (id) => `Anfrage ${id}`,
}
