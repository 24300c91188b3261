/** Pictures on SQLite, with their files in a folder. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { createMediaFolder } from '../../src/storage/media_folder.ts'
import { createSqliteMediaRecords } from '../../src/storage/sqlite_media_records.ts'
import { prepareMediaUses } from '../../src/storage/sqlite_media_uses.ts'
import { MIGRATIONS } from '../../src/storage/sqlite_migrations.ts'
import {
  type MakeMedia,
  mediaFilesContract,
  mediaRaceContract,
  mediaRecordsContract,
  someMedia,
} from '../media_contract.ts'
import { AT, folder, nextId } from '../worlds.ts'

function open(t: TestContext, path: string) {
  const store = openSqlite({ path, migrations: MIGRATIONS, runtime: systemRuntime })
  t.after(() => store.close())
  const replace = prepareMediaUses(store.writer)
  return {
    records: createSqliteMediaRecords(store, IGNORE_UNREADABLE),
    use: (owner: string, ids: readonly string[], at: string) => store.write(() => replace(owner, ids, at)),
  }
}

const twoOnOneFile: MakeMedia = async (t) => {
  const path = join(folder(t), 'products.db')
  return [open(t, path), open(t, path)]
}

mediaRecordsContract('two connections on one SQLite file', twoOnOneFile)
mediaRaceContract('two connections on one SQLite file', twoOnOneFile)
mediaFilesContract('a folder', async (t) => createMediaFolder(join(folder(t), 'not', 'there', 'yet')))

suite('the tables of pictures', () => {
  const damages: [string, string, RegExp][] = [
    ['6: removing a used picture', 'DELETE FROM media', /FOREIGN KEY/],
    ['6: using a picture that is not there', "INSERT INTO media_uses VALUES ('vase', 'x')", /FOREIGN KEY/],
    ['an id that is no hash', "UPDATE media SET id = 'x'", /CHECK/],
    ['a placeholder of any length', "UPDATE media SET blur = printf('%.2000c', 'x')", /CHECK/],
  ]
  for (const [what, sql, refusal] of damages) {
    test(`refuse ${what}`, async (t) => {
      const path = join(folder(t), 'products.db')
      const { records, use } = open(t, path)
      const media = someMedia()
      await records.addOnce(media)
      await use('cup', [media.id], AT)
      const db = new DatabaseSync(path, { enableForeignKeyConstraints: true })
      t.after(() => db.close())
      assert.throws(() => db.exec(sql), refusal)
    })
  }
})

suite('the folder of pictures', () => {
  test('what a crash left half written is listed, is no file, and can be removed', async (t) => {
    const root = folder(t)
    const files = createMediaFolder(root)
    const id = nextId()
    const part = join(root, id.slice(-2), `${id}.part`)
    mkdirSync(part, { recursive: true })
    writeFileSync(join(part, '320.webp'), 'half')
    assert.equal(await files.get(id, '320.webp'), undefined)
    assert.deepEqual(await files.folders(undefined, 10), { folders: [id], next: undefined })
    await files.put(id, [{ name: '320.webp', content: Buffer.from('whole') }])
    assert.deepEqual(readdirSync(join(root, id.slice(-2))), [id])
    mkdirSync(part)
    await files.remove(id)
    assert.deepEqual(readdirSync(join(root, id.slice(-2))), [])
  })

  test('a folder that cannot be written is a clear error', async (t) => {
    const path = join(folder(t), 'a file')
    writeFileSync(path, '')
    const files = createMediaFolder(join(path, 'media'))
    const content = { name: '320.webp', content: Buffer.from('x') } as const
    await assert.rejects(files.put(nextId(), [content]), { code: 'media_store_unavailable' })
  })
})
