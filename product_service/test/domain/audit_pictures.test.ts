/** What the audit log says of changed pictures (audit_pictures.ts). */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CHANGES_MAX, entriesOf } from '@shop/service_kit/audit/entry'
import { productEdited } from '../../src/domain/audit.ts'
import { groupCreated, groupEdited } from '../../src/domain/audit_groups.ts'
import { NO_DETAILS, type ShownMedia } from '../../src/domain/details.ts'
import type { Group } from '../../src/domain/group.ts'
import { ALT_LENGTH_MAX, FOCUS_CENTRE, MEDIA_PER_PRODUCT_MAX } from '../../src/domain/media.ts'
import type { Product } from '../../src/domain/product.ts'

const picture = (id: string, alt = id, focus = FOCUS_CENTRE): ShownMedia => ({
  ...{ id, alt, focus, width: 900, height: 600, blur: 'data:image/webp;base64,AAAA' },
})
const group = (...media: ShownMedia[]) =>
  ({ id: 'g', name: 'Shirt', options: [], ...NO_DETAILS, media }) as unknown as Group
const product = (...media: ShownMedia[]) =>
  ({ id: 'p', name: 'Tea', details: { ...NO_DETAILS, media } }) as unknown as Product

/** As the log keeps it. */
const entry = entriesOf(() => 'id', 'root', 'now')
const recorded = (before: readonly ShownMedia[], after: readonly ShownMedia[]) =>
  productEdited(product(...before), product(...after))
    .map(entry)
    .flatMap(({ changes }) => changes.map(({ field, before, after }) => `${field}: ${before} -> ${after}`))

const [front, side, back] = [picture('a', 'Front'), picture('b', 'Side'), picture('c', 'Back')]

suite('changed pictures in the audit log', () => {
  test('how many there are, and which were added and removed', () => {
    assert.deepEqual(recorded([], [front, side]), [
      'pictures: 0 -> 2',
      'picturesAdded: null -> 1: Front; 2: Side',
    ])
    assert.deepEqual(recorded([front, side], [side]), [
      'pictures: 2 -> 1',
      'picturesRemoved: 1: Front -> null',
    ])
    assert.deepEqual(recorded([front, side], [back, side]), [
      'picturesAdded: null -> 1: Back',
      'picturesRemoved: 1: Front -> null',
    ])
  })

  test('another order of those that stay, whatever comes and goes between them', () => {
    assert.deepEqual(recorded([front, side, back], [back, front, side]), [
      'picturesOrder: 1, 2, 3 -> 3, 1, 2',
    ])
    assert.deepEqual(recorded([front, side], [side, back, front]), [
      ...['pictures: 2 -> 3', 'picturesAdded: null -> 2: Back', 'picturesOrder: 1, 2 -> 2, 1'],
    ])
  })

  test('another text, and another focus', () => {
    const changed = [front, picture('b', 'Left side'), picture('c', 'Back', { x: 20, y: 80 })]
    assert.deepEqual(recorded([front, side, back], changed), [
      'pictureTexts: 2: Side -> 2: Left side',
      'pictureFocus: 3: 50 % / 50 % -> 3: 20 % / 80 %',
    ])
  })

  test('nothing of pictures that are the same', () =>
    assert.deepEqual(recorded([front, side], [front, side]), []))

  test('of as many as there can be, each with its place; nothing is cut', () => {
    const all = (text: string) =>
      Array.from({ length: MEDIA_PER_PRODUCT_MAX }, (_, i) => picture(`${i}`, text.repeat(ALT_LENGTH_MAX)))
    const changes = recorded(all('a'), all('b').toReversed())
    assert.equal(changes.length, 2)
    for (const change of changes) {
      assert.ok(!change.endsWith('more]'), change)
      assert.match(change, /20/)
    }
    // A text of two halves is cut between characters.
    assert.ok(recorded([], [picture('a', '\u{1f375}'.repeat(ALT_LENGTH_MAX))])[1]!.isWellFormed())
  })

  test('a change that is behind what is kept of a text is recorded, and seen', () => {
    const long = (end: string) => [picture('a', `${'a'.repeat(200)} ${end}`)]
    assert.deepEqual(recorded(long('left'), long('right')), ['pictureTexts: 1: …left -> 1: …right'])
    const many = (end: string, y: number, length: number) =>
      Array.from({ length }, (_, i) => picture(`${i}`, `Linen shirt, long sleeves, ${end}`, { x: 50, y }))
    for (const length of [2, 8, 16, MEDIA_PER_PRODUCT_MAX]) {
      const [texts, focus, ...others] = recorded(
        many('front', 50, length),
        many('seen from the front', 20, length),
      )
      assert.deepEqual(others, [])
      for (const change of [texts, focus]) {
        const [before, after] = change!.slice(change!.indexOf(': ') + 2).split(' -> ')
        assert.notEqual(before, after, `${length}: ${change}`)
      }
    }
    const [cup, teapot] = ['\u{1f375}', '\u{1fad6}'].map((sign) => [picture('a', 'a'.repeat(250) + sign)])
    assert.deepEqual(recorded(cup!, teapot!), ['pictureTexts: 1: …\u{1f375} -> 1: …\u{1fad6}'])
  })

  test('of a group the same, new or edited', () => {
    const [created, ofPictures] = groupCreated(group(front))
    assert.ok(created!.changes.length <= CHANGES_MAX)
    assert.deepEqual(
      [ofPictures!.action, ofPictures!.changes.map(({ field, after }) => [field, after])],
      [
        'group.edited',
        [
          ['pictures', 1],
          ['picturesAdded', '1: Front'],
        ],
      ],
    )
    assert.deepEqual(
      groupEdited(group(front), group(side)).map(({ action }) => action),
      ['group.edited'],
    )
  })
})
