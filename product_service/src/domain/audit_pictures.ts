/**
 * What the audit log records of changes of pictures (audit.ts): how many there are, and which of them were added, removed, moved,
 * described otherwise or got another focus.
 *
 * A picture is named by its place and its text, because its id means nothing to a reader: by the place of before where it was
 * removed or moved, else by that of after. Texts are shortened evenly, so that all fit into what the log keeps of a value.
 */
import type { MediaItem } from './media.ts'

export const PICTURE_FIELDS = [
  'pictures',
  'picturesAdded',
  'picturesRemoved',
  'picturesOrder',
  'pictureTexts',
  'pictureFocus',
] as const
type PictureChange = {
  readonly field: (typeof PICTURE_FIELDS)[number]
  readonly before: string | number | null
  readonly after: string | number | null
}

/** Characters of a list of pictures: what the log keeps of a value (service_kit, audit/entry.ts). */
const LIST_LENGTH = 200
const BETWEEN = '; '

/** Each field that has changed. Whether it has is decided by the whole texts, not by what is kept of them. */
export function pictureChanges(
  before: readonly MediaItem[],
  after: readonly MediaItem[],
): readonly PictureChange[] {
  const kept = after.flatMap((now, place) => {
    const placeBefore = before.findIndex(({ id }) => id === now.id)
    return placeBefore < 0 ? [] : [{ now, place, was: before[placeBefore]!, placeBefore }]
  })
  const added = placed(after).filter(({ item }) => kept.every(({ now }) => now !== item))
  const removed = placed(before).filter(({ item }) => kept.every(({ was }) => was !== item))
  const order = kept.map(({ placeBefore }) => placeBefore + 1)
  const orderBefore = order.toSorted((a, b) => a - b)
  const differing = (field: PictureChange['field'], textOf: (item: MediaItem) => string) => {
    const pairs = kept
      .map(({ place, was, now }) => ({ place, texts: [textOf(was), textOf(now)] as const }))
      .filter(({ texts: [was, now] }) => was !== now)
    return pairs.length === 0 ? [] : [{ field, before: listOf(pairs, 0), after: listOf(pairs, 1) }]
  }
  const places: readonly PictureChange[] = [
    { field: 'pictures', before: before.length, after: after.length },
    { field: 'picturesAdded', before: null, after: listOf(added.map(alone), 0) },
    { field: 'picturesRemoved', before: listOf(removed.map(alone), 0), after: null },
    { field: 'picturesOrder', before: orderBefore.join(', '), after: order.join(', ') },
  ]
  return [
    ...places.filter((change) => change.before !== change.after),
    ...differing('pictureTexts', ({ alt }) => alt),
    ...differing('pictureFocus', ({ focus }) => `${focus.x} % / ${focus.y} %`),
  ]
}

/** Of a picture: its text, or that of before and that of after. */
type Texts = { readonly place: number; readonly texts: readonly [string, string?] }

const placed = (items: readonly MediaItem[]) => items.map((item, place) => ({ item, place }))
const alone = ({ item, place }: { readonly item: MediaItem; readonly place: number }): Texts => ({
  place,
  texts: [item.alt],
})

function listOf(pictures: readonly Texts[], which: 0 | 1): string | null {
  if (pictures.length === 0) return null
  const names = pictures.map(({ place }) => `${place + 1}: `)
  const taken = names.join(BETWEEN).length
  const length = Math.max(1, Math.floor((LIST_LENGTH - taken) / pictures.length))
  return pictures
    .map(({ texts }, i) => names[i] + shortened(texts[which]!, texts[1 - which], length))
    .join(BETWEEN)
}

/** Where both are cut, they begin with what differs: else the one would look like the other. */
function shortened(text: string, other: string | undefined, length: number): string {
  if (text.length <= length) return text
  const from = other === undefined ? 0 : firstDifference(text, other)
  const kept = Math.max(1, length - 1)
  return from < length - 1 ? `${piece(text, 0, kept)}…` : `…${piece(text, from, kept)}`
}

/** Without half of a character at its end. */
const piece = (text: string, from: number, length: number) =>
  text.slice(from, from + length).replace(/[\ud800-\udbff]$/, '')

function firstDifference(text: string, other: string): number {
  let at = 0
  while (at < text.length && text[at] === other[at]) at++
  // Not between the halves of a character.
  return /[\udc00-\udfff]/.test(text[at] ?? '') ? at - 1 : at
}
