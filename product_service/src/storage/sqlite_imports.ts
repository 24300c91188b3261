/** Imports on SQLite. An import and what is added with it are one transaction. */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { DomainError } from '../domain/errors.ts'
import { type Import, type ImportNote, type ImportStep, isOpen } from '../domain/import.ts'
import type { Imports } from '../domain/import_ports.ts'
import { prepareQuery } from './sqlite_rows.ts'

/** Records that one transaction removes. */
const REMOVED_AT_ONCE = 1_000

export function createSqliteImports({ reader, writer, write }: SqliteStore): Imports {
  const stored = prepareQuery(writer, 'SELECT job FROM imports WHERE id = ?')
  const openOne = prepareQuery(writer, 'SELECT job FROM imports WHERE open = 1')
  const insert = writer.prepare(
    'INSERT INTO imports (id, open, version, updated_at, job) VALUES (?, 1, ?, ?, ?)',
  )
  const update = writer.prepare(
    'UPDATE imports SET open = ?, version = ?, updated_at = ?, job = ? WHERE id = ? AND version = ?',
  )
  const putPart = writer.prepare(
    `INSERT INTO import_parts (import_id, number, content) VALUES (?1, ?2, ?3)
       ON CONFLICT (import_id, number) DO UPDATE SET content = ?3`,
  )
  const putStep = writer.prepare('INSERT OR REPLACE INTO import_steps VALUES (?, ?, ?, ?)')
  const putNote = writer.prepare('INSERT OR REPLACE INTO import_notes VALUES (?, ?, ?, ?)')
  const find = prepareQuery(reader, 'SELECT job FROM imports WHERE id = ?')
  const open = prepareQuery(reader, 'SELECT job FROM imports WHERE open = 1')
  const page = prepareQuery(reader, 'SELECT job FROM imports WHERE id < ? ORDER BY id DESC LIMIT ?')
  const part = reader.prepare('SELECT content FROM import_parts WHERE import_id = ? AND number = ?')
  const parts = prepareQuery(reader, 'SELECT count(*) FROM import_parts WHERE import_id = ? AND number < ?')
  const ofAttempt = (table: string, column: string) =>
    prepareQuery(
      reader,
      `SELECT number, ${column} FROM ${table} WHERE import_id = ? AND attempt = ? AND number > ?
        ORDER BY number LIMIT ?`,
    )
  const steps = ofAttempt('import_steps', 'step')
  const notes = ofAttempt('import_notes', 'note')
  const old = prepareQuery(
    reader,
    'SELECT job FROM imports WHERE updated_at < ? AND (updated_at, id) > (?, ?) ORDER BY updated_at, id LIMIT ?',
  )
  const some = (table: string, key: string) =>
    writer.prepare(
      `DELETE FROM ${table} WHERE import_id = ?1 AND (${key}) IN
         (SELECT ${key} FROM ${table} WHERE import_id = ?1 LIMIT ${REMOVED_AT_ONCE})`,
    )
  const removals = [
    some('import_steps', 'attempt, number'),
    some('import_notes', 'attempt, number'),
    some('import_parts', 'number'),
  ]
  const remove = writer.prepare('DELETE FROM imports WHERE id = ? AND updated_at < ?')
  const isOld = prepareQuery(reader, 'SELECT 1 FROM imports WHERE id = ? AND updated_at < ?')

  return {
    create: (job) =>
      write(() => {
        const row = openOne.get()
        if (row) {
          const current = jobOf(row)
          throw new DomainError('import_under_way', `The import ${current.name} is not finished.`, {
            current,
          })
        }
        insert.run(job.id, job.version, job.updatedAt, JSON.stringify(job))
        return job
      }),
    async find(id) {
      const row = find.get(id)
      return row && jobOf(row)
    },
    async open() {
      const row = open.get()
      return row && jobOf(row)
    },
    async list({ after, limit }) {
      const found = page.all(after ? after[0]! : LAST_ID, limit + 1).map(jobOf)
      const items = found.slice(0, limit)
      return { items, next: found.length > limit ? [items.at(-1)!.id] : undefined }
    },
    putPart: (id, number, content) =>
      write(() => {
        if (!stored.get(id)) return
        putPart.run(id, number, content)
      }),
    async part(id, number) {
      const row = part.get(id, number)
      return row && (row.content as Uint8Array)
    },
    async partsBelow(id, count) {
      return Number(parts.get(id, count)![0])
    },
    save: (job, { steps: newSteps = [], notes: newNotes = [] } = {}) =>
      write(() => {
        const { id, attempt, version, updatedAt } = job
        const { changes } = update.run(
          ...[isOpen(job) ? 1 : null, version, updatedAt, JSON.stringify(job), id, version - 1],
        )
        if (changes === 0) return false
        for (const step of newSteps) putStep.run(id, attempt, step.number, JSON.stringify(step))
        for (const { number, note } of newNotes) putNote.run(id, attempt, number, JSON.stringify(note))
        return true
      }),
    async steps({ id, attempt }, after, limit) {
      return steps.all(id, attempt, after, limit).map(([, step]) => JSON.parse(step as string) as ImportStep)
    },
    async notes({ id, attempt }, after, limit) {
      return notes.all(id, attempt, after, limit).map(([number, note]) => ({
        number: Number(number),
        note: JSON.parse(note as string) as ImportNote,
      }))
    },
    async old(before, after, limit) {
      const [since, id] = after === undefined ? ['', ''] : (JSON.parse(after) as [string, string])
      const items = old.all(before, since, id, limit).map(jobOf)
      const last = items.at(-1)
      const next = last && items.length === limit ? JSON.stringify([last.updatedAt, last.id]) : undefined
      return { items, next }
    },
    async remove(id, before) {
      if (!isOld.get(id, before)) return false
      for (const removal of removals) {
        while ((await write(() => removal.run(id).changes)) > 0);
      }
      return write(() => remove.run(id, before).changes === 1)
    },
  }
}

const LAST_ID = 'g'

const jobOf = ([job]: readonly (string | number | null)[]): Import => JSON.parse(job as string) as Import
