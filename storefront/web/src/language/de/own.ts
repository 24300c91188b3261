// It is long because it is one list of texts: those of all pages of an account, which load together.
import type { OwnTexts } from '../en/own.ts'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('de')

const common: OwnTexts['common'] = {
  copy: 'Kopieren',
  copied: 'Kopiert',
  notCopied: 'Ihr Browser ließ uns nicht kopieren. Bitte markieren Sie den Text.',
  print: 'Drucken',
  cancel: 'Abbrechen',
  loading: 'Wird geladen …',
  notShown: 'Wir konnten diesen Teil nicht anzeigen',
}

const confirmPassword: OwnTexts['confirmPassword'] = {
  title: 'Sind Sie es?',
  more: 'Ihre Anmeldung ist schon etwas her. Bitte geben Sie Ihr aktuelles Passwort ein.',
  field: 'Aktuelles Passwort',
  confirm: 'Weiter',
  failed: 'Wir konnten Ihr Passwort nicht prüfen',
}

const signIn: OwnTexts['signIn'] = {
  forgot: 'Passwort vergessen?',
  or: 'oder',
  passkey: 'Passkey benutzen',
  passkeyFailed: 'Die Anmeldung mit einem Passkey hat nicht geklappt',
  codeTitle: 'Noch ein Schritt',
  codeMore: 'Geben Sie den Code ein, den Ihre Authenticator-App zeigt, oder einen Ihrer Ersatzcodes.',
  code: 'Einmalcode',
  codeHint: 'Sechs Ziffern, oder ein Ersatzcode',
  codeFailed: 'Wir konnten den Code nicht prüfen',
  continue: 'Weiter',
  another: 'Als jemand anderes anmelden',
  wrongCode: 'Dieser Code gilt nicht oder wurde schon benutzt.',
  tookTooLong: 'Das hat zu lange gedauert. Bitte melden Sie sich neu an.',
  noAccount: 'Ohne Konto gekauft?',
  findOrder: 'Bestellung finden',
}

const forgot: OwnTexts['forgot'] = {
  title: 'Passwort vergessen',
  more: 'Wir schicken einen Link für ein neues Passwort an die bestätigte Adresse des Kontos.',
  name: 'Benutzername oder E-Mail-Adresse',
  send: 'Link schicken',
  failed: 'Wir konnten keinen Link schicken',
  sentTitle: 'Bitte sehen Sie in Ihr Postfach',
  sent: 'Wenn es das Konto gibt und es eine bestätigte Adresse hat, ist ein Link unterwegs. Er gilt einmal und eine halbe Stunde lang.',
  noMail: 'Keine Adresse, keine Mail? Wer den Shop betreibt, kann Ihnen einen Link geben.',
  back: 'Zurück zur Anmeldung',
}

const findOrder: OwnTexts['findOrder'] = {
  title: 'Bestellung finden',
  more: 'Sie haben ohne Konto bestellt? Wir senden den Link zu Ihrer Bestellung noch einmal, an die Adresse, die Sie angegeben haben.',
  number: 'Bestellnummer',
  numberHint: 'Sie steht in unseren E-Mails, zum Beispiel #10042.',
  email: 'E-Mail-Adresse der Bestellung',
  wrongNumber: 'Eine Bestellnummer hat mindestens fünf Ziffern, zum Beispiel #10042.',
  wrongEmail: 'Das sieht nicht wie eine E-Mail-Adresse aus.',
  sent: 'Gibt es eine solche Bestellung mit dieser Adresse, ist ihr Link unterwegs. Wir senden ihn höchstens einmal in 15 Minuten.',
  toOrders: 'Anmelden und die Bestellungen eines Kontos sehen',
}

const reset: OwnTexts['reset'] = {
  title: 'Ein neues Passwort',
  more: 'Danach müssen sich alle Geräte neu anmelden.',
  save: 'Passwort speichern',
  failed: 'Wir konnten das Passwort nicht speichern',
  done: 'Ihr Passwort ist geändert',
  doneMore: 'Sie können sich jetzt damit anmelden.',
  badLink: 'Dieser Link gilt nicht mehr',
  badLinkMore: 'Links gelten einmal und nicht lange. Sie können einen neuen anfordern.',
  askAgain: 'Neuen Link anfordern',
}

const verify: OwnTexts['verify'] = {
  title: 'E-Mail-Adresse bestätigen',
  more: 'Sie haben den Link geöffnet, den wir an dieses Postfach geschickt haben.',
  confirm: 'Adresse bestätigen',
  failed: 'Wir konnten die Adresse nicht bestätigen',
  done: 'Ihre Adresse ist bestätigt',
  doneMore: 'Sie hilft Ihnen, wenn Sie Ihr Passwort vergessen haben.',
  badLink: 'Dieser Link gilt nicht mehr',
  badLinkMore:
    'Links gelten einmal und nicht lange. In Ihrem Konto können Sie sich einen neuen schicken lassen.',
  taken: 'Ein anderes Konto hat diese Adresse',
  takenMore: 'Sie wurde für jenes Konto zuerst bestätigt.',
  toAccount: 'Zu Ihrem Konto',
}

const email: OwnTexts['email'] = {
  title: 'E-Mail-Adresse',
  more: 'Für ein neues Passwort, wenn Sie Ihres vergessen haben, und damit Sie merken, wenn sich jemand anderes anmeldet.',
  label: 'E-Mail-Adresse',
  add: 'Speichern und Link schicken',
  change: 'Adresse ändern',
  remove: 'Adresse entfernen',
  removeAsk: 'Ihre E-Mail-Adresse entfernen?',
  removeMore: 'Ohne Adresse können Sie kein neues Passwort per Mail bekommen.',
  proved: 'Bestätigt',
  waiting: 'Noch nicht bestätigt',
  waitingMore: (address) =>
    sentence`Wir haben einen Link an ${address} geschickt. Die Adresse gilt, sobald Sie ihn geöffnet haben.`,
  keptMeanwhile: (address) => sentence`Bis dahin bleibt ${address} Ihre Adresse.`,
  resend: 'Link noch einmal schicken',
  sent: 'Ein Link ist unterwegs',
  saved: 'Ihre Adresse ist gespeichert',
  removed: 'Ihre Adresse ist entfernt',
  failed: 'Wir konnten Ihre Adresse nicht ändern',
  refused: 'Das ist keine E-Mail-Adresse.',
}

const factor: OwnTexts['factor'] = {
  title: 'Zweiter Schritt beim Anmelden',
  on: 'An',
  off: 'Aus',
  more: 'Mit einer Authenticator-App reicht Ihr Passwort allein niemandem zum Anmelden.',
  since: (time) => sentence`An seit ${time}.`,
  codesLeft: (n) => count(n, { one: '# Ersatzcode ist noch da.', other: '# Ersatzcodes sind noch da.' }),
  setUp: 'Einrichten',
  failed: 'Wir konnten den zweiten Schritt nicht ändern',
  scan: 'Scannen Sie dies mit Ihrer Authenticator-App',
  scanMore: 'Oder öffnen Sie es auf diesem Gerät, oder tippen Sie den Schlüssel in die App.',
  picture: 'QR-Code für die Authenticator-App',
  open: 'In einer App öffnen',
  key: 'Schlüssel',
  code: 'Code aus der App',
  turnOn: 'Einschalten',
  turnedOn: 'Der zweite Schritt ist an',
  remove: 'Ausschalten',
  removeTitle: 'Den zweiten Schritt ausschalten?',
  removeMore:
    'Zum Anmelden reicht dann Ihr Passwort. Geben Sie einen Code der App oder einen Ersatzcode ein.',
  removed: 'Der zweite Schritt ist aus',
  wrongCode: 'Dieser Code gilt nicht oder wurde schon benutzt.',
  exists: 'Er ist schon an.',
  newCodes: 'Neue Ersatzcodes',
}

const recovery: OwnTexts['recovery'] = {
  title: 'Ihre Ersatzcodes',
  more: 'Mit jedem können Sie sich einmal ohne Ihre App anmelden. Bewahren Sie sie dort auf, wo Ihr Telefon nicht ist: Sie werden nicht noch einmal angezeigt.',
  list: 'Ersatzcodes',
  paper: (shop, name) => `Ersatzcodes für ${name} bei ${shop}`,
  kept: 'Ich habe sie aufbewahrt',
}

const passkeys: OwnTexts['passkeys'] = {
  title: 'Ihre Passkeys',
  more: 'Melden Sie sich mit Fingerabdruck, Gesicht oder Sicherheitsschlüssel an statt mit dem Passwort.',
  none: 'Sie haben keine Passkeys.',
  list: 'Liste Ihrer Passkeys',
  name: 'Name des Passkeys',
  nameHint: 'Damit Sie ihn wiedererkennen, etwa der Name des Geräts.',
  add: 'Passkey hinzufügen',
  added: 'Der Passkey ist hinzugefügt',
  addFailed: 'Der Passkey konnte nicht hinzugefügt werden',
  remove: 'Entfernen',
  removeNamed: (name) => `${name} entfernen`,
  removeAsk: (name) => sentence`${name} entfernen?`,
  removeMore: 'Sie können sich damit nicht mehr anmelden. Ihr Gerät bietet ihn vielleicht noch an.',
  removed: 'Der Passkey ist entfernt',
  removeFailed: 'Der Passkey konnte nicht entfernt werden',
  since: (time) => sentence`Hinzugefügt ${time}`,
  used: (time) => sentence`zuletzt benutzt ${time}`,
  never: 'nie benutzt',
  unsupported: 'Dieser Browser hat keine Passkeys.',
  unavailable: 'Dieser Shop hat keine Passkeys.',
  tooMany: 'Sie haben so viele Passkeys, wie ein Konto haben kann.',
  refused: 'Der Shop kennt diesen Passkey nicht, oder er hat sich geändert.',
  known: 'Dieses Gerät hat schon einen Passkey für Ihr Konto.',
  notAllowed: 'Es wurde abgebrochen oder hat zu lange gedauert.',
}

const sessions: OwnTexts['sessions'] = {
  title: 'Wo Sie angemeldet sind',
  list: 'Ihre Sitzungen',
  unknown: 'Ein unbekanntes Programm',
  here: 'Dieses Gerät',
  times: (began, used) => sentence`Seit ${began}, zuletzt benutzt ${used}`,
  end: 'Beenden',
  endNamed: (name) => `${name} beenden`,
  ended: 'Die Sitzung ist beendet',
  endOthers: 'Alle anderen beenden',
  endedOthers: 'Alle anderen Sitzungen sind beendet',
  failed: 'Wir konnten diese Sitzung nicht beenden',
}

const data: OwnTexts['data'] = {
  title: 'Ihre Daten',
  more: 'Eine Datei mit allem, was wir über Sie gespeichert haben: Adresse, Sitzungen, bekannte Geräte und Ihre Bestellungen.',
  export: 'Ihre Daten herunterladen',
  exportFailed: 'Wir konnten die Datei nicht erstellen',
  delete: 'Konto löschen',
  deleteAsk: 'Ihr Konto löschen?',
  deleteMore:
    'Ihr Name, Ihre Adressen, Passkeys und Sitzungen werden gelöscht, und Sie werden abgemeldet. Der Shop behält die Beträge Ihrer Bestellungen; Namen und Adressen darin werden gelöscht, sobald das Gesetz sie nicht mehr verlangt. Das lässt sich nicht rückgängig machen.',
  deleted: 'Ihr Konto ist gelöscht',
  deletedMore: 'Danke, dass Sie hier waren.',
  deleteFailed: 'Wir konnten Ihr Konto nicht löschen',
  lastAdmin: 'Sie sind die letzte Verwaltung dieses Shops. Machen Sie zuerst jemand anderes dazu.',
}

const problems: OwnTexts['problems'] = {
  mailUnavailable: 'Dieser Shop verschickt noch keine E-Mails.',
  tooMany: (seconds) =>
    count(seconds, {
      one: 'Zu viele Versuche. Bitte warten Sie # Sekunde und versuchen Sie es erneut.',
      other: 'Zu viele Versuche. Bitte warten Sie # Sekunden und versuchen Sie es erneut.',
    }),
}

export const de: OwnTexts = {
  common,
  confirmPassword,
  signIn,
  forgot,
  findOrder,
  reset,
  verify,
  email,
  factor,
  recovery,
  passkeys,
  sessions,
  data,
  problems,
}
