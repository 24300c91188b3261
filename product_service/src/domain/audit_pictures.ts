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
type PictureFields = Readonly<Record<(typeof PICTURE_FIELDS)[number], string | number | null>>

/** Characters of a list of pictures: what the log keeps of a value (service_kit, audit/entry.ts). */
const LIST_LENGTH = 200
const BETWEEN = '; '

/** The fields of before and after; those that are the same have not changed. */
export function pictureFields(
  before: readonly MediaItem[],
  after: readonly MediaItem[],
): readonly [PictureFields, PictureFields] {
  const kept = after.flatMap((now, place) => {
    const placeBefore = before.findIndex(({ id }) => id === now.id)
    return placeBefore < 0 ? [] : [{ now, place, was: before[placeBefore]!, placeBefore }]
  })
  const added = placed(after).filter(({ item }) => kept.every(({ now }) => now !== item))
  const removed = placed(before).filter(({ item }) => kept.every(({ was }) => was !== item))
  const described = kept.filter(({ now, was }) => now.alt !== was.alt)
  const focused = kept.filter(({ now, was }) => focusOf(now) !== focusOf(was))
  const order = kept.map(({ placeBefore }) => placeBefore + 1)
  return [
    {
      pictures: before.length,
      picturesAdded: null,
      picturesRemoved: listOf(removed, altOf),
      picturesOrder: order.toSorted((a, b) => a - b).join(', '),
      pictureTexts: listOf(described, ({ was }) => was.alt),
      pictureFocus: listOf(focused, ({ was }) => focusOf(was)),
    },
    {
      pictures: after.length,
      picturesAdded: listOf(added, altOf),
      picturesRemoved: null,
      picturesOrder: order.join(', '),
      pictureTexts: listOf(described, ({ now }) => now.alt),
      pictureFocus: listOf(focused, ({ now }) => focusOf(now)),
    },
  ]
}

const placed = (items: readonly MediaItem[]) => items.map((item, place) => ({ item, place }))
const altOf = ({ item }: { readonly item: MediaItem }) => item.alt
const focusOf = ({ focus }: MediaItem) => `${focus.x} % / ${focus.y} %`

function listOf<Placed extends { readonly place: number }>(
  pictures: readonly Placed[],
  textOf: (picture: Placed) => string,
): string | null {
  if (pictures.length === 0) return null
  const names = pictures.map(({ place }) => `${place + 1}: `)
  const taken = names.join(BETWEEN).length
  const length = Math.max(1, Math.floor((LIST_LENGTH - taken) / pictures.length))
  return pictures.map((picture, i) => names[i] + shortened(textOf(picture), length)).join(BETWEEN)
}

const shortened = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`
