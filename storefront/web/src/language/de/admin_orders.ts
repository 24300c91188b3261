import type { AdminTexts } from '../en/admin.ts'
import { sentence } from '../sentence.ts'

export const tracking: AdminTexts['tracking'] = {
  title: 'Paket',
  carrier: 'Versanddienst',
  number: 'Sendungsnummer',
  numberNeeded: 'Bitte geben Sie die Nummer des Pakets ein.',
  none: 'Noch keine Sendungsnummer.',
  notYet: 'Noch nicht',
  saved: 'Sendungsnummer gespeichert',
  notSaved: 'Nicht gespeichert',
  ship: {
    title: 'Diese Bestellung versenden?',
    more: 'Die Nummer erscheint auf der Seite der Bestellung und in unserer E-Mail. Ohne Nummer wird ebenso versandt.',
    confirm: 'Bestellung versenden',
  },
  add: {
    open: 'Sendungsnummer angeben',
    title: 'Sendungsnummer angeben',
    more: 'Sie erscheint auf der Seite der Bestellung. Es wird keine E-Mail gesendet.',
    confirm: 'Speichern',
  },
  correct: {
    open: 'Berichtigen',
    title: 'Sendungsnummer berichtigen',
    more: 'Sie erscheint auf der Seite der Bestellung. Es wird keine E-Mail gesendet.',
    confirm: 'Speichern',
  },
}

export const buyer: AdminTexts['buyer'] = {
  title: 'Bestellungen eines Kunden',
  ofAccount: 'Was dieses Konto bestellt hat.',
  byEmail: 'Alle Bestellungen mit dieser E-Mail-Adresse, mit und ohne Konto.',
  orders: 'Bestellungen',
  orMore: (n) => `${n}+`,
  bought: 'Gekauft',
  boughtMore: 'ohne Storniertes und Abgelehntes',
  newest: (n) => `aus den neuesten ${n} Bestellungen`,
  alsoBy: 'Nach E-Mail-Adresse',
  allWith: (email) => sentence`Alle Bestellungen mit ${email}`,
}
