import type { Texts } from '../en/texts.ts'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('de')

export const roles: Texts['roles'] = { admin: 'Verwaltung', customer: 'Kundschaft' }

export const account: Texts['account'] = {
  tab: 'Konto',
  title: 'Ihr Konto',
  signedOut: 'Sie sind abgemeldet',
  signedOutMore: 'Ihr Warenkorb bleibt in diesem Browser.',
  since: (time) => sentence`Bei uns seit ${time}`,
  orders: 'Bestellungen',
  signOut: 'Abmelden',
  changePassword: 'Passwort ändern',
  current: 'Aktuelles Passwort',
  new: 'Neues Passwort',
  changed: 'Ihr Passwort ist geändert',
  changedMore: 'Auf anderen Geräten müssen Sie sich neu anmelden.',
  notCurrent: 'Das ist nicht Ihr aktuelles Passwort.',
  notShopkeeper: (name) =>
    sentence`Sie sind als ${name} angemeldet; dieses Konto hat keinen Zugang zur Verwaltung.`,
  factorNeeded: 'Dieser Shop verlangt von der Verwaltung einen zweiten Schritt beim Anmelden',
  factorNeededMore: 'Bis Sie ihn eingerichtet haben, haben Sie keinen Zugang zur Verwaltung.',
  toFactor: 'Im Konto einrichten',
}

export const signIn: Texts['signIn'] = {
  title: 'Anmelden',
  welcome: 'Willkommen zurück',
  register: 'Konto anlegen',
  registerButton: 'Konto anlegen',
  username: 'Benutzername',
  password: 'Passwort',
  usernameHint: (min, max) => `${min} bis ${max} Buchstaben, Ziffern, Punkte, Unterstriche und Bindestriche.`,
  passwordHint: (min) =>
    `Mindestens ${min} Zeichen; einige Wörter sind leicht zu merken und schwer zu erraten.`,
  haveAccount: 'Haben Sie schon ein Konto?',
  newHere: 'Neu hier?',
  wrong: 'Benutzername oder Passwort ist falsch.',
  tooMany: (seconds) =>
    count(seconds, {
      one: 'Zu viele Versuche. Bitte warten Sie # Sekunde und versuchen Sie es erneut.',
      other: 'Zu viele Versuche. Bitte warten Sie # Sekunden und versuchen Sie es erneut.',
    }),
  taken: 'Dieser Benutzername ist schon vergeben.',
}

/** The messages of the services (service_kit/src/http/text.ts and the JSON Schema rules) as German predicates. */
const PREDICATES: readonly (readonly [RegExp, string])[] = [
  [/^must not be (?:blank|empty)$/, 'darf nicht leer sein'],
  [/^is required$/, 'fehlt'],
  [/^must not contain control characters$/, 'darf keine Steuerzeichen enthalten'],
  [
    /^must not contain characters that change the direction/,
    'darf keine Zeichen enthalten, die die Schreibrichtung ändern',
  ],
  [/^must not contain hidden characters$/, 'darf keine unsichtbaren Zeichen enthalten'],
  [/^must not have more than (\d+) marks/, 'darf höchstens $1 Zusatzzeichen je Buchstabe haben'],
  [/^must be one line/, 'darf nur eine Zeile ohne Tabulatoren haben'],
  [/^must have at least (\d+) characters?$/, 'muss mindestens $1 Zeichen haben'],
  [/^must have at most (\d+) characters?$/, 'darf höchstens $1 Zeichen haben'],
  [/^must have at least (\d+) entr(?:y|ies)$/, 'muss mindestens $1 Einträge haben'],
  [/^must have at most (\d+) entr(?:y|ies)$/, 'darf höchstens $1 Einträge haben'],
  [/^must be at least (-?\d+)$/, 'muss mindestens $1 sein'],
  [/^must be at most (-?\d+)$/, 'darf höchstens $1 sein'],
  [/^must be a whole number(?: or null)?$/, 'muss eine ganze Zahl sein'],
  [/^must be a whole number from (\d+) to (\d+)$/, 'muss eine ganze Zahl von $1 bis $2 sein'],
  [/^must be an amount such as/, 'muss ein Betrag wie 19.99 sein'],
]

export const fault: Texts['fault'] = {
  empty: 'Bitte füllen Sie dieses Feld aus.',
  min: (n) => count(n, { other: 'Bitte mindestens # Zeichen.' }),
  max: (n, length) =>
    `Bitte höchstens ${count(n, { other: '#' })} Zeichen; dies sind ${count(length, { other: '#' })}.`,
  atLeast: (n) => count(n, { other: 'Mindestens # Zeichen.' }),
  subjects: {
    username: 'Der Benutzername',
    password: 'Das Passwort',
    current_password: 'Das aktuelle Passwort',
    new_password: 'Das neue Passwort',
  },
  of: (subject, message) => {
    for (const [pattern, words] of PREDICATES) {
      const found = pattern.exec(message)
      if (found) return `${subject} ${words.replace(/\$(\d)/g, (_, n) => found[n] ?? '')}.`
    }
    return fault.format(subject)
  },
  format: (subject) => `${subject} hat ein unzulässiges Format.`,
}

export const passwords: Texts['passwords'] = {
  malformed: 'Das Passwort ist kein gültiger Unicode-Text.',
  blank: 'Das Passwort besteht nur aus Leerzeichen oder unsichtbaren Zeichen.',
  too_short: 'Das Passwort ist zu kurz.',
  too_long: 'Das Passwort ist zu lang.',
  same_as_username: 'Das Passwort darf nicht der Benutzername sein.',
  too_common: 'Dieses Passwort gehört zu den häufigsten; bitte wählen Sie ein anderes.',
}
