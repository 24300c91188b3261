import type { BuyingTexts } from '../en/buying.ts'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('de')

export const withdraw: BuyingTexts['withdraw'] = {
  title: 'Vertrag widerrufen',
  more: 'Hier können Sie einen Kauf widerrufen. Sie brauchen kein Konto und keinen Grund. Sie bekommen eine Eingangsbestätigung mit Datum und Uhrzeit.',
  statement: 'Ihre Erklärung',
  orderNumber: 'Bestellnummer',
  orderNumberHint: 'Sie steht in den Nachrichten zu Ihrer Bestellung und auf deren Seite.',
  name: 'Ihr Name',
  email: 'E-Mail-Adresse',
  emailHint: 'Wenn möglich die der Bestellung. Dorthin geht Ihre Eingangsbestätigung.',
  which: 'Was Sie widerrufen',
  whole: 'Die ganze Bestellung',
  some: 'Einen Teil der Waren',
  goods: 'Welche Waren',
  goodsHint: 'Wie in der Bestellung, mit der Anzahl.',
  goodsNeeded: 'Bitte nennen Sie die Waren.',
  next: 'Weiter',
  checkTitle: 'Ist alles richtig?',
  checkMore: 'Es wird nichts gesendet, bevor Sie es bestätigen.',
  sentence: (order, name) => sentence`Ich, ${name}, widerrufe den Vertrag über die Bestellung ${order}.`,
  confirm: 'Widerruf bestätigen',
  change: 'Ändern',
  failed: 'Ihr Widerruf ist noch nicht angekommen',
  failedMore: 'Sie können ihn noch einmal bestätigen: Er zählt einmal.',
  tooMany: (minutes) =>
    count(minutes, {
      one: 'Von hier kamen viele Erklärungen. Bitte versuchen Sie es in einer Minute noch einmal, oder schreiben Sie uns.',
      other:
        'Von hier kamen viele Erklärungen. Bitte versuchen Sie es in # Minuten noch einmal, oder schreiben Sie uns.',
    }),
  doneTitle: 'Ihr Widerruf ist eingegangen',
  doneMore:
    'Dies ist Ihre Eingangsbestätigung. Was noch nicht versandt ist, wird storniert; was Sie schon haben, senden Sie an uns zurück.',
  received: 'Eingegangen',
  receipt: 'Eingangsbestätigung',
  mailed: (email) => sentence`Wir senden diese Bestätigung auch per E-Mail an ${email}.`,
  notMailed: 'Dieser Shop versendet keine E-Mails: Bitte drucken oder speichern Sie diese Seite.',
  print: 'Drucken',
  another: 'Eine andere Bestellung widerrufen',
}

export const returns: BuyingTexts['returns'] = {
  title: 'Rückgaben',
  ask: 'Artikel zurückgeben',
  askTitle: 'Was möchten Sie zurückgeben?',
  askMore: 'Wir sehen es uns an und schreiben Ihnen, wie Sie es zurücksenden.',
  units: (left) => count(left, { other: 'Anzahl, höchstens #' }),
  reason: 'Warum (freiwillig)',
  send: 'Rückgabe anfragen',
  keep: 'Jetzt nicht',
  nothing: 'Wählen Sie mindestens einen Artikel.',
  failed: 'Die Rückgabe wurde nicht angefragt',
  asked: 'Wir haben Ihre Rückgabe',
  notShown: 'Wir konnten die Rückgaben nicht zeigen',
  at: (time) => sentence`Angefragt am ${time}`,
  times: (units, name) => sentence`${units} × ${name}`,
  note: (text) => sentence`Vom Shop: ${text}`,
  byWithdrawal: 'Durch Ihren Widerruf des Vertrags.',
  states: {
    requested: 'Wir sehen sie uns an',
    accepted: 'Angenommen: bitte senden Sie sie zurück',
    refused: 'Abgelehnt',
    received: 'Eingetroffen',
  },
  refunds: {
    none: '',
    owed: 'Ihr Geld wird erstattet.',
    unpaid: 'Ihr Geld wird erstattet, sobald die Rechnung bezahlt ist.',
    pending: 'Ihr Geld ist unterwegs.',
    done: 'Ihr Geld wurde erstattet.',
    refused: 'Es wurde nichts automatisch erstattet. Bitte fragen Sie uns.',
  },
  refunded: (amount) => sentence`Erstattung: ${amount}.`,
  setOff: (amount) => sentence`Schon vorher erstattet: ${amount}.`,
}
