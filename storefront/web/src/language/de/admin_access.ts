import type { AdminTexts } from '../en/admin.ts'
import { sentence } from '../sentence.ts'

export const access: AdminTexts['access'] = {
  open: 'Anmeldehilfe',
  openFor: (name) => `Anmeldehilfe: ${name}`,
  title: (name) => sentence`${name} beim Anmelden helfen`,
  more: 'Stellen Sie sicher, dass Sie der Person helfen, der das Konto gehört, und nicht jemandem, der das nur sagt.',
  link: 'Link für ein neues Passwort erstellen',
  linkMore: 'Er gilt einmal und kurze Zeit. Wer ihn hat, kann das Konto übernehmen.',
  linkField: 'Der Link, nur jetzt zu sehen',
  linkUntil: (time) => sentence`Gilt bis ${time}.`,
  copy: 'Link kopieren',
  copied: 'Der Link ist kopiert',
  notCopied: 'Ihr Browser ließ uns nicht kopieren. Bitte markieren Sie den Text.',
  linkFailed: 'Wir konnten keinen Link erstellen',
  factor: 'Zweiten Schritt entfernen',
  factorMore:
    'Für jemanden ohne Authenticator-App und ohne Ersatzcodes: Zum Anmelden reicht dann das Passwort.',
  factorRemoved: (name) => sentence`${name} meldet sich jetzt ohne zweiten Schritt an`,
  noFactor: (name) => sentence`${name} hat keinen zweiten Schritt`,
  factorFailed: 'Wir konnten den zweiten Schritt nicht entfernen',
}
