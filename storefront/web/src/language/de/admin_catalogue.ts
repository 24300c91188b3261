import type { AdminTexts } from '../en/admin.ts'
import { plurals } from '../sentence.ts'

const count = plurals('de')

export const pictures: AdminTexts['pictures'] = {
  title: 'Bilder',
  more: 'Ziehen Sie Bilder hierher, fügen Sie sie ein, oder wählen Sie Dateien. JPEG, PNG, WebP oder AVIF, je höchstens 10 MB.',
  letGo: 'Loslassen, um sie hinzuzufügen.',
  choose: 'Dateien wählen',
  known: 'Dieses Bild ist schon da',
  tooMany: (max) => count(max, { other: 'Höchstens # Bilder.' }),
  needAlt: 'Jedes Bild braucht einen Text, der sagt, was darauf ist.',
  alt: (number) => `Was ist auf Bild ${number}?`,
  first: 'Listen zeigen dieses. Der Text wird Menschen vorgelesen, die es nicht sehen.',
  focus: (number, x, y) =>
    `Mitte von Bild ${number}: ${x} % von links, ${y} % von oben. Pfeiltasten verschieben sie.`,
  focusMore: 'Klicken Sie auf das, was immer sichtbar sein muss',
  square: 'Als Quadrat',
  earlier: (number) => `Bild ${number} nach oben`,
  later: (number) => `Bild ${number} nach unten`,
  remove: (number) => `Bild ${number} entfernen`,
  sending: (file) => `${file} wird gesendet`,
  waiting: 'wartet',
  processing: 'wird vorbereitet …',
  cancel: (file) => `${file} abbrechen`,
  dismiss: (file) => `${file} verwerfen`,
  refused: {
    body_too_large: 'Die Datei ist größer als 10 MB.',
    media_format_unsupported: 'Das ist kein JPEG, PNG, WebP oder AVIF.',
    media_size_refused: 'Das Bild ist zu klein, zu groß oder ein schmaler Streifen.',
    media_animated: 'Animierte Bilder werden nicht angenommen.',
    media_unreadable: 'Die Datei ist beschädigt oder unvollständig.',
    media_not_processed: 'Das Bild konnte nicht vorbereitet werden. Versuchen Sie eine andere Datei.',
    media_store_unavailable: 'Bilder können gerade nicht gespeichert werden.',
  },
}

export const groups: AdminTexts['groups'] = {
  needsOption: 'Eine Gruppe braucht mindestens eine Option.',
}
