/** The records of pictures on SQLite. */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { Media } from '../domain/media.ts'
import type { MediaRecords } from '../domain/media_ports.ts'
import { validateStoredMedia } from '../domain/stored_media.ts'
import { prepareQuery, type Row } from './sqlite_rows.ts'

export const COLUMNS = 'id, folder, width, height, blur, renditions, created_at, created_by'
/** Above every UUID. */
const LAST_FOLDER = 'g'

export const mediaOf = (row: Row): Media =>
  validateStoredMedia({
    id: row[0] as string,
    folder: row[1] as string,
    width: row[2] as number,
    height: row[3] as number,
    blur: row[4] as string,
    renditions: JSON.parse(row[5] as string),
    createdAt: row[6] as string,
    createdBy: row[7] as string,
  })

export function createSqliteMediaRecords(
  { reader, writer, write }: SqliteStore,
  unreadableOf: UnreadableOf,
): MediaRecords {
  const reading = createReading(mediaOf, ([id]) => String(id), unreadableOf('a picture'))
  const listing = createReading(
    (row: Row) => ({ ...mediaOf(row), used: row[8] === null }),
    (row) => String(row[1]),
    unreadableOf('a picture'),
  )
  const insert = writer.prepare(
    `INSERT INTO media (${COLUMNS}, unused_since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  )
  const touch = writer.prepare('UPDATE media SET unused_since = max(unused_since, ?) WHERE id = ?')
  const stored = prepareQuery(writer, `SELECT ${COLUMNS} FROM media WHERE id = ?`)
  const remove = writer.prepare(
    'DELETE FROM media WHERE id = ? AND unused_since < ? AND NOT EXISTS (SELECT 1 FROM media_uses WHERE media_id = id)',
  )
  const find = prepareQuery(reader, `SELECT ${COLUMNS} FROM media WHERE id = ?`)
  const page = prepareQuery(
    reader,
    `SELECT ${COLUMNS}, unused_since FROM media WHERE folder < ? ORDER BY folder DESC LIMIT ?`,
  )
  const unused = prepareQuery(
    reader,
    `SELECT ${COLUMNS}, unused_since FROM media
     WHERE unused_since IS NOT NULL AND unused_since < ? AND (unused_since, id) > (?, ?)
     ORDER BY unused_since, id LIMIT ?`,
  )
  const kept = prepareQuery(
    reader,
    'SELECT folder FROM media WHERE folder IN (SELECT value FROM json_each(?))',
  )

  return {
    addOnce: (media) =>
      write(() => {
        const { id, folder, width, height, blur, renditions, createdAt, createdBy } = media
        const { changes } = insert.run(
          ...[id, folder, width, height, blur, JSON.stringify(renditions), createdAt, createdBy, createdAt],
        )
        if (changes === 0) touch.run(createdAt, id)
        return { media: reading.one(stored.get(id)!), added: changes === 1 }
      }),
    async touch(id, at) {
      if (!find.get(id)) return undefined
      return write(() => {
        touch.run(at, id)
        const row = stored.get(id)
        return row && reading.one(row)
      })
    },
    async find(id) {
      const row = find.get(id)
      return row && reading.one(row)
    },
    async list({ after, limit }) {
      const start = after === undefined ? LAST_FOLDER : String(after[0])
      const items = await listing.page(limit + 1, start, (count, at) => page.all(at, count))
      const shown = items.slice(0, limit)
      return { items: shown, next: items.length > limit ? [shown.at(-1)!.folder] : undefined }
    },
    async unused(before, after, limit) {
      const [since, id] = after === undefined ? ['', ''] : (JSON.parse(after) as [string, string])
      const rows = unused.all(before, since, id, limit)
      const last = rows.at(-1)
      const next = last && rows.length === limit ? JSON.stringify([last[8], last[0]]) : undefined
      return { items: reading.many(rows), next }
    },
    removeUnused: (id, before) => write(() => remove.run(id, before).changes === 1),
    async foldersKept(folders) {
      return new Set(kept.all(JSON.stringify(folders)).map(([folder]) => String(folder)))
    },
  }
}
