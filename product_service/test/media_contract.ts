/** What every store of pictures keeps, whatever its technology: records and their uses, and files. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, type TestContext, test } from 'node:test'
import {
  fileName,
  type Media,
  type MediaFacts,
  RENDITION_EDGES,
  RENDITION_FORMATS,
} from '../src/domain/media.ts'
import type { MediaFiles, MediaRecords } from '../src/domain/media_ports.ts'
import { AT, nextId } from './worlds.ts'

export type MediaWorld = {
  readonly records: MediaRecords
  /** Makes `ids` the pictures that the owner shows. */
  use(owner: string, ids: readonly string[], at: string): Promise<ReadonlyMap<string, MediaFacts>>
}
/** Two connections to the same data. */
export type MakeMedia = (t: TestContext) => Promise<readonly [MediaWorld, MediaWorld]>

const LATER = '2026-02-01T00:00:00.000Z'
const NEVER = '2099-01-01T00:00:00.000Z'

export const someMedia = (changes: Partial<Media> = {}): Media => ({
  id: randomBytes(32).toString('hex'),
  folder: nextId(),
  width: 640,
  height: 480,
  blur: 'data:image/webp;base64,AAAA',
  renditions: RENDITION_EDGES.flatMap((edge) =>
    RENDITION_FORMATS.map((format) => ({
      ...{ edge, format, width: 4, height: 3, bytes: 2 },
      sha256: randomBytes(32).toString('hex'),
    })),
  ),
  createdAt: AT,
  createdBy: 'root',
  ...changes,
})

export function mediaRecordsContract(name: string, make: MakeMedia) {
  suite(`records of pictures on ${name}`, () => {
    test('a record is read as it was added, and a second one of its id is not added', async (t) => {
      const [{ records }, other] = await make(t)
      const media = someMedia()
      assert.equal(await records.find(media.id), undefined)
      assert.deepEqual(await records.addOnce(media), { media, added: true })
      assert.deepEqual(await other.records.find(media.id), media)
      const again = someMedia({ id: media.id })
      assert.deepEqual(await other.records.addOnce(again), { media, added: false })
      assert.deepEqual(await records.find(media.id), media)
    })

    test('of two that add it at once, one does, and both get its record', async (t) => {
      const [one, two] = await make(t)
      const [first, second] = [someMedia(), someMedia()].map((each) => ({ ...each, id: 'a'.repeat(64) }))
      const outcomes = await Promise.all([one.records.addOnce(first!), two.records.addOnce(second!)])
      assert.deepEqual(outcomes.map(({ added }) => added).sort(), [false, true])
      assert.deepEqual(outcomes[0]!.media, outcomes[1]!.media)
    })

    test('the list is the newest first, in pages, and says which are used', async (t) => {
      const [{ records, use }] = await make(t)
      const all: Media[] = []
      for (let i = 0; i < 5; i++) all.push((await records.addOnce(someMedia())).media)
      await use('cup', [all[1]!.id, all[4]!.id], AT)
      const found: unknown[] = []
      let after: readonly (string | number)[] | undefined
      for (let pages = 0; pages < 3; pages++) {
        const page = await records.list({ after, limit: 2 })
        found.push(...page.items)
        after = page.next
        assert.equal(after === undefined, pages === 2)
      }
      const expected = all.map((media, i) => ({ ...media, used: i === 1 || i === 4 })).reverse()
      assert.deepEqual(found, expected)
    })

    test('a use gives what a page needs, and names a picture that is there', async (t) => {
      const [{ records, use }] = await make(t)
      const media = someMedia()
      await records.addOnce(media)
      const { id, width, height, blur } = media
      assert.deepEqual(await use('cup', [id], AT), new Map([[id, { width, height, blur }]]))
      const missing = 'f'.repeat(64)
      await assert.rejects(use('cup', [id, missing], AT), {
        code: 'media_unknown',
        payload: { picture: missing },
      })
      assert.equal((await records.list({ after: undefined, limit: 5 })).items[0]?.used, true)
    })

    test('a used picture is never removed (6), an unused one when it is old enough', async (t) => {
      const [{ records, use }] = await make(t)
      const media = someMedia()
      const { id } = media
      await records.addOnce(media)
      assert.equal(await records.removeUnused(id, AT), false, 'it is not older than that')
      await use('cup', [id], AT)
      await use('vase', [id], AT)
      assert.equal(await records.removeUnused(id, NEVER), false)
      assert.deepEqual((await records.unused(NEVER, undefined, 10)).items, [])
      await use('cup', [], LATER)
      assert.equal(await records.removeUnused(id, NEVER), false, 'the vase still shows it')
      await use('vase', [], LATER)
      assert.equal(await records.removeUnused(id, LATER), false, 'unused since just then')
      assert.deepEqual((await records.unused(NEVER, undefined, 10)).items, [media])
      assert.equal(await records.removeUnused(id, NEVER), true)
      assert.equal(await records.removeUnused(id, NEVER), false)
      assert.equal(await records.find(id), undefined)
      await assert.rejects(use('cup', [id], LATER), { code: 'media_unknown' })
    })

    test('a picture sent again, or touched, is unused since then', async (t) => {
      const [{ records, use }] = await make(t)
      const [sent, touched, used] = [someMedia(), someMedia(), someMedia()]
      for (const each of [sent, touched, used]) await records.addOnce(each)
      await use('cup', [used.id], AT)
      await records.addOnce({ ...sent, folder: nextId(), createdAt: LATER })
      assert.deepEqual(await records.touch(touched.id, LATER), touched)
      assert.deepEqual(await records.touch(used.id, LATER), used)
      assert.equal(await records.touch('e'.repeat(64), LATER), undefined)
      assert.deepEqual((await records.unused(LATER, undefined, 10)).items, [])
      assert.equal((await records.unused(NEVER, undefined, 10)).items.length, 2)
      assert.equal(await records.removeUnused(used.id, NEVER), false)
    })

    test('unused ones come in pages, the oldest first', async (t) => {
      const [{ records }] = await make(t)
      const all = ['3', '1', '2', '2'].map((day) => someMedia({ createdAt: `2026-01-0${day}T00:00:00.000Z` }))
      for (const each of all) await records.addOnce(each)
      const found: string[] = []
      let after: string | undefined
      do {
        const { items, next } = await records.unused('2026-01-03T00:00:00.000Z', after, 1)
        found.push(...items.map(({ createdAt }) => createdAt.slice(9, 10)))
        after = next
      } while (after !== undefined)
      assert.deepEqual(found, ['1', '2', '2'])
    })

    test('the folders of records are known', async (t) => {
      const [{ records }] = await make(t)
      const { media } = await records.addOnce(someMedia())
      assert.deepEqual(await records.foldersKept([media.folder, nextId()]), new Set([media.folder]))
      assert.deepEqual(await records.foldersKept([]), new Set())
    })
  })
}

export function mediaRaceContract(name: string, make: MakeMedia) {
  suite(`pictures used and removed at the same time, on ${name}`, () => {
    test('either the use fails, or the picture stays (6)', async (t) => {
      const [one, two] = await make(t)
      let removals = 0
      for (let round = 0; round < 30; round++) {
        const media = someMedia()
        await one.records.addOnce(media)
        const removing = round % 2 === 1 && two.records.removeUnused(media.id, NEVER)
        const [used, removed] = await Promise.allSettled([
          one.use(`cup ${round}`, [media.id], LATER),
          removing || two.records.removeUnused(media.id, NEVER),
        ])
        assert.ok(removed.status === 'fulfilled', String((removed as PromiseRejectedResult).reason))
        assert.equal(used.status === 'rejected', removed.value, `round ${round}`)
        assert.equal((await one.records.find(media.id)) === undefined, removed.value)
        if (used.status === 'rejected') assert.equal(used.reason.code, 'media_unknown')
        removals += removed.value ? 1 : 0
      }
      assert.ok(removals > 0 && removals < 30, `${removals} of 30 were removed`)
    })

    test('given up by one owner and taken by another, it stays used', async (t) => {
      const [one, two] = await make(t)
      for (let round = 0; round < 20; round++) {
        const media = someMedia()
        await one.records.addOnce(media)
        await one.use('cup', [media.id], AT)
        await Promise.all([one.use('cup', [], LATER), two.use('vase', [media.id], LATER)])
        assert.equal(await one.records.removeUnused(media.id, NEVER), false)
        assert.deepEqual((await one.records.unused(NEVER, undefined, 50)).items, [])
        await two.use('vase', [], LATER)
        assert.equal(await one.records.removeUnused(media.id, NEVER), true)
      }
    })
  })
}

const contents = (seed: number) =>
  RENDITION_EDGES.flatMap((edge) =>
    RENDITION_FORMATS.map((format) => ({
      name: fileName({ edge, format }),
      content: new Uint8Array(randomBytes(edge * seed)),
    })),
  )

export async function bytesOf(pieces: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  return pieces && Buffer.concat(await Array.fromAsync(pieces))
}

async function allFolders(files: MediaFiles, limit: number): Promise<string[]> {
  const all: string[] = []
  let after: string | undefined
  do {
    const { folders, next } = await files.folders(after, limit)
    assert.ok(folders.length <= limit)
    all.push(...folders)
    after = next
  } while (after !== undefined)
  return all
}

export function mediaFilesContract(name: string, make: (t: TestContext) => Promise<MediaFiles>) {
  suite(`files of pictures in ${name}`, () => {
    test('are read as they were stored, and gone after they were removed', async (t) => {
      const files = await make(t)
      const [folder, other] = [nextId(), nextId()]
      const [mine, others] = [contents(50), contents(3)]
      assert.deepEqual(await allFolders(files, 10), [])
      assert.equal(await files.get(folder, '320.webp'), undefined)
      await files.put(folder, mine)
      await files.put(other, others)
      for (const { name, content } of mine)
        assert.deepEqual(await bytesOf(await files.get(folder, name)), Buffer.from(content))
      await files.remove(folder)
      await files.remove(folder)
      assert.equal(await files.get(folder, '320.webp'), undefined)
      assert.deepEqual(await bytesOf(await files.get(other, '320.webp')), Buffer.from(others[0]!.content))
      assert.deepEqual(await allFolders(files, 10), [other])
    })

    test('may be stored again', async (t) => {
      const files = await make(t)
      const folder = nextId()
      await files.put(folder, contents(2))
      const again = contents(3)
      await files.put(folder, again)
      assert.deepEqual(await bytesOf(await files.get(folder, '640.jpg')), Buffer.from(again[3]!.content))
      assert.deepEqual(await allFolders(files, 10), [folder])
    })

    test('are listed by folder, in pages of any size', async (t) => {
      const files = await make(t)
      const folders = Array.from({ length: 5 }, () => nextId())
      for (const folder of folders) await files.put(folder, contents(1).slice(0, 2))
      for (const limit of [1, 2, 5, 100]) {
        assert.deepEqual((await allFolders(files, limit)).sort(), folders.toSorted(), String(limit))
      }
    })
  })
}
