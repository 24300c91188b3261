import type { AdminTexts } from '../en/admin.ts'
import { plurals } from '../sentence.ts'

const count = plurals('de')

export const find: AdminTexts['find'] = {
  title: 'Bestellungen finden',
  more: 'Nach Nummer, E-Mail-Adresse oder dem Namen von Kundschaft oder Produkt.',
  label: 'Nummer, Kundschaft oder Produkt',
  submit: 'Finden',
  none: 'Keine Bestellungen gefunden.',
  noneOf: 'Nichts mit diesem Namen.',
  order: 'Bestellung',
  customer: 'Kundschaft',
  customers: 'Bestellungen einer Person',
  products: 'Bestellungen eines Produkts',
}

export const slips: AdminTexts['slips'] = {
  title: 'Packzettel',
  kind: 'Packzettel',
  print: 'Drucken',
  none: 'Keine Bestellung gewählt',
  noneMore: 'Wählen Sie bei den Bestellungen, welche Sie packen.',
  of: (number) => `Packzettel zu ${number}`,
  units: (n) => count(n, { one: 'zusammen # Stück', other: 'zusammen # Stück' }),
}
