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
  title: 'Variantengruppen',
  all: 'Alle Gruppen',
  more: 'Produkte in mehreren Größen, Farben oder Ähnlichem. Jede Variante hat eigenen Preis, Bestand und eigene Artikelnummer.',
  notShown: 'Wir konnten die Gruppen nicht anzeigen',
  notSaved: 'Wir konnten die Gruppe nicht speichern',
  none: 'Noch keine Gruppen',
  noneMore: 'Legen Sie eine an für ein Produkt, das es in mehreren Ausführungen gibt.',
  new: 'Neue Gruppe',
  newMore: 'Sie beginnt als Entwurf. Varianten, Bilder und Preise folgen auf ihrer Seite.',
  create: 'Gruppe anlegen',
  needsOption: 'Eine Gruppe braucht mindestens eine Option.',
  optionsMore:
    'Worin sich die Varianten unterscheiden. Enter fügt einen Wert hinzu; der Shop zeigt sie in dieser Reihenfolge.',
  optionTexts: { name: 'Option', values: 'Ihre Werte', add: 'Option hinzufügen' },
  onSale: 'Varianten im Verkauf',
  variants: 'Varianten',
  caption: 'Varianten dieser Gruppe',
  noVariants: 'Noch keine Varianten.',
  generate: 'Fehlende Varianten anlegen',
  generateMore: (all) =>
    count(all, {
      one: 'Die gespeicherten Optionen ergeben # Kombination. Sie wird angelegt, wenn es sie nicht gibt.',
      other: 'Die gespeicherten Optionen ergeben # Kombinationen. Die ohne Variante werden angelegt.',
    }),
  tooManyCombinations: (all, max) =>
    `${count(all, { other: '# Kombinationen' })}: ${count(max, { other: 'Eine Gruppe hat höchstens # Varianten.' })}`,
  skuPattern: 'Muster der Artikelnummern',
  skuPatternMore:
    '{1} ist der Wert der ersten Option, {1:3} seine ersten drei Buchstaben, {n} eine Zahl. Leer: keine Nummer.',
  skuRepeated: (sku) => `Mehrere Varianten bekämen ${sku}. Verwenden Sie die Werte aller Optionen oder {n}.`,
  notGenerated: 'Wir konnten die Varianten nicht anlegen',
  nothingMissing: 'Es fehlt keine Kombination.',
  added: (added, all) => `${added} von ${all} angelegt.`,
  notAdded: (n) => count(n, { one: '# wurde nicht angelegt', other: '# wurden nicht angelegt' }),
  remove: 'Diese Gruppe entfernen',
  removeMore: (n) =>
    count(n, {
      one: 'Die Gruppe wird mit ihrer Variante im Verkauf und denen, die Entwürfe sind, aus dem Katalog entfernt. Keine kann mehr bestellt werden.',
      other:
        'Die Gruppe wird mit ihren # Varianten im Verkauf und denen, die Entwürfe sind, aus dem Katalog entfernt. Keine kann mehr bestellt werden.',
    }),
  removeOrders:
    'Bestehende Bestellungen behalten Namen und Preise. Was für noch nicht versandte Bestellungen reserviert ist, bleibt reserviert: Sie können weiterhin versandt oder storniert werden.',
  generateYes: 'Anlegen',
}

const products = (n: number) => count(n, { one: '# Produkt', other: '# Produkte' })
const ofProducts = (n: number) => count(n, { one: '# Produkt', other: '# Produkten' })
export const bulk: AdminTexts['bulk'] = {
  title: 'Ausgewählte Produkte',
  chosen: (n) => count(n, { other: '# ausgewählt' }),
  clear: 'Auswahl aufheben',
  kinds: {
    price: 'Preis',
    stock: 'Bestand',
    status: 'Sichtbarkeit',
    categories: 'Kategorien',
    remove: 'Entfernen',
  },
  asking: {
    price: (n) => `Preis von ${ofProducts(n)} ändern`,
    stock: (n) => `Bestand von ${ofProducts(n)} anpassen`,
    status: (n) => `Sichtbarkeit von ${ofProducts(n)} ändern`,
    categories: (n) => `Kategorien von ${ofProducts(n)} ändern`,
    remove: (n) => `${products(n)} entfernen?`,
  },
  submit: {
    price: (n) => `${products(n)} ändern`,
    stock: (n) => `${products(n)} anpassen`,
    status: (n) => `${products(n)} ändern`,
    categories: (n) => `${products(n)} ändern`,
    remove: (n) => `${products(n)} entfernen`,
  },
  by: 'Um wie viel',
  byMore: 'Zum Beispiel 10 oder -2,50.',
  unit: 'In',
  percent: 'Prozent',
  preview: (name, before, after) => `${name}: Aus ${before} wird ${after}.`,
  unitsMore: 'Zum Beispiel 12 oder -3. Es steht im Lagerbuch.',
  needsChange: 'Eine Zahl außer 0, etwa 10 oder -2,50.',
  needsUnits: 'Eine ganze Zahl außer 0.',
  noSuchPrice: 'Dieser Preis kann nicht um so viel geändert werden.',
  replaceCategories: 'Aus ihren anderen Kategorien nehmen',
  summary: (changed, same, left) =>
    [
      count(changed, { other: '# geändert.' }),
      ...(same > 0 ? [count(same, { one: '# war schon so.', other: '# waren schon so.' })] : []),
      ...(left > 0 ? [count(left, { other: '# nicht begonnen.' })] : []),
    ].join(' '),
  conflicts: (n) => `${products(n)} von jemand anderem bearbeitet`,
  conflictsMore: 'Dort wurde nichts geändert. Ein neuer Versuch ändert sie so, wie sie jetzt sind.',
  refused: (n) => `${products(n)} nicht geändert`,
}

export const views: AdminTexts['views'] = {
  title: 'Spalten und gespeicherte Ansichten',
  columns: 'Spalten',
  saved: 'Gespeicherte Ansichten',
  name: 'Name dieser Ansicht',
  save: 'Ansicht speichern',
  forget: (name) => `${name} vergessen`,
}

export const filters: AdminTexts['filters'] = {
  statuses: {
    all: 'Im Verkauf oder nicht',
    published: 'Im Verkauf',
    draft: 'Entwürfe',
    scheduled: 'Geplant',
  },
  stocks: {
    all: 'Jeder Bestand',
    out: 'Ausverkauft',
    low: (most) => count(most, { other: 'Noch 1 bis #' }),
  },
  allCategories: 'Alle Kategorien',
  reduced: 'Reduziert',
}
