/** The texts of mails in German. */
import type { Texts } from './en.ts'

const order = (number: string) => (number === '' ? 'Ihre Bestellung' : `Bestellung ${number}`)

export const de: Texts = {
  footer: (shop) => `${shop} hat Ihnen diese Nachricht wegen Ihres Kontos oder Ihrer Bestellung gesendet.`,
  hello: (name) => `Guten Tag ${name},`,
  validUntil: (time) => `Der Link gilt bis ${time}, und nur ein Mal.`,
  email_verification: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    title: 'Ist das Ihre Adresse?',
    text: (shop) =>
      `Ihr Konto bei ${shop} nennt diese E-Mail-Adresse. Bitte bestätigen Sie, dass es Ihre ist.`,
    action: 'Adresse bestätigen',
    note: 'Falls Sie dort kein Konto haben, ist nichts zu tun: Ohne Bestätigung geschieht nichts.',
  },
  password_reset: {
    subject: 'Wählen Sie ein neues Passwort',
    title: 'Wählen Sie ein neues Passwort',
    text: (shop) => `Jemand, vermutlich Sie, möchte ein neues Passwort für Ihr Konto bei ${shop}.`,
    action: 'Passwort wählen',
    note: 'Falls Sie das nicht waren, ist nichts zu tun: Ihr Passwort bleibt, wie es ist. Geben Sie den Link niemandem.',
  },
  new_sign_in: {
    subject: 'Neue Anmeldung in Ihrem Konto',
    title: 'Neue Anmeldung',
    text: (shop) =>
      `Jemand hat sich in Ihrem Konto bei ${shop} mit einem Programm angemeldet, das bisher nicht bekannt war.`,
    caption: 'Anmeldung',
    at: 'Zeit',
    client: 'Programm',
    unknown: 'unbekannt',
    action: 'Ihr Konto ansehen',
    note: 'Waren Sie es, ist nichts zu tun. Sonst wählen Sie jetzt ein neues Passwort, und beenden Sie die Sitzung in Ihrem Konto.',
  },
  withdrawal_receipt: {
    subject: 'Ihr Widerruf ist eingegangen',
    title: 'Ihr Widerruf ist eingegangen',
    text: (shop) =>
      `${shop} bestätigt den Eingang dieser Widerrufserklärung. Bitte bewahren Sie diese Nachricht auf.`,
    caption: 'Ihre Erklärung',
    receivedAt: 'Eingegangen',
    order: 'Bestellung',
    name: 'Name',
    goods: 'Waren',
    all: 'die ganze Bestellung',
    action: 'Zum Shop',
    note: 'Was noch nicht versandt ist, wird storniert. Für Versandtes legen wir eine Rückgabe an und erstatten Ihr Geld, wenn es eingetroffen ist. Falls Sie das nicht geschrieben haben, ist nichts zu tun.',
  },
  order_received: {
    subject: (number) => `${order(number)} eingegangen`,
    title: 'Wir haben Ihre Bestellung',
    text: (shop) =>
      `Danke für Ihre Bestellung bei ${shop}. Sie ist gespeichert, und wir schreiben Ihnen, sobald sie bestätigt ist.`,
  },
  order_confirmed: {
    subject: (number) => `${order(number)} bestätigt`,
    title: 'Ihre Bestellung ist bestätigt',
    text: () => 'Ihre Artikel sind für Sie reserviert. Wir schreiben Ihnen, wenn sie unterwegs sind.',
  },
  order_rejected: {
    subject: (number) => `${order(number)} abgelehnt`,
    title: 'Wir können Ihre Bestellung nicht liefern',
    text: () => 'Es tut uns leid: Ihre Bestellung wurde abgelehnt, und nichts wurde gekauft.',
  },
  order_shipped: {
    subject: (number) => `${order(number)} versandt`,
    title: 'Ihre Bestellung ist unterwegs',
    text: () => 'Wir haben Ihre Artikel versandt.',
  },
  order_cancelled: {
    subject: (number) => `${order(number)} storniert`,
    title: 'Ihre Bestellung ist storniert',
    text: () =>
      'Ihre Bestellung wurde storniert. Für Sie ist nichts mehr reserviert, und nichts wird mehr versandt.',
  },
  order_refunded: {
    subject: (number) => `${order(number)}: Erstattung`,
    title: 'Wir haben Ihnen Geld zurückgesendet',
    text: () =>
      'Wir haben Geld zurückgesendet, auf dem Weg, auf dem Sie bezahlt haben. Bis Sie es sehen, kann Ihre Bank einige Tage brauchen.',
  },
  return_accepted: {
    subject: (number) => `${order(number)}: Rückgabe angenommen`,
    title: 'Ihre Rückgabe ist angenommen',
    text: () =>
      'Bitte senden Sie die Artikel an uns zurück. Wir erstatten Ihr Geld, wenn sie eingetroffen sind.',
  },
  return_refused: {
    subject: (number) => `${order(number)}: Rückgabe abgelehnt`,
    title: 'Wir können Ihre Rückgabe nicht annehmen',
    text: () =>
      'Es tut uns leid: Wir können diese Artikel nicht zurücknehmen. Wenn Sie Fragen haben, schreiben Sie uns.',
  },
  order_link: {
    subject: (number) => `${order(number)}: Ihr Link`,
    title: 'Der Link zu Ihrer Bestellung',
    text: (shop) => `Jemand, vermutlich Sie, hat den Link zu Ihrer Bestellung bei ${shop} angefordert.`,
  },
  order: {
    guestNote: 'Wer diesen Link hat, kann die Bestellung sehen und stornieren. Geben Sie ihn nicht weiter.',
    action: 'Ihre Bestellung ansehen',
    caption: 'Ihre Bestellung',
    number: 'Nummer',
    total: 'Summe',
    tax: 'Enthaltene Steuer',
    shipping: 'Versand',
    refunded: 'Erstattung',
    note: (text) => `Nachricht vom Shop: ${text}`,
    carrier: 'Versanddienst',
    tracking: 'Sendungsnummer',
    line: (quantity, name) => `${quantity} × ${name}`,
    reasons: {
      insufficient_stock: 'Der Bestand reichte nicht aus.',
      price_changed: 'Der Preis war nicht der, den die Bestellung nannte.',
      product_not_found: 'Ein Produkt war nicht mehr im Angebot.',
    },
  },
}
