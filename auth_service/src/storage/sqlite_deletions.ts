/** DeletionStore on SQLite. */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { Deletion, DeletionStore } from '../domain/deletions.ts'

/** To run inside the write that deletes the account. */
export function prepareDeletionInsert(writer: SqliteStore['writer']) {
  const insert = writer.prepare(
    'INSERT INTO deletions (user_id, created_at, due_at, attempts, fence) VALUES (?1, ?2, ?2, 0, 0) ON CONFLICT DO NOTHING',
  )
  return (userId: string, at: Date) => void insert.run(userId, at.getTime())
}

export function createSqliteDeletionStore({ reader, writer, write }: SqliteStore): DeletionStore {
  const due = reader.prepare(
    'SELECT user_id FROM deletions WHERE due_at <= ? ORDER BY due_at, user_id LIMIT ?',
  )
  const claim = writer.prepare(`
    UPDATE deletions SET due_at = ?, attempts = attempts + 1, fence = fence + 1
     WHERE user_id = ? AND due_at <= ? RETURNING user_id AS userId, attempts, fence`)
  const postpone = writer.prepare('UPDATE deletions SET due_at = ? WHERE user_id = ? AND fence = ?')
  const remove = writer.prepare('DELETE FROM deletions WHERE user_id = ? AND fence = ?')
  return {
    async claim(now, until, limit) {
      const ids = due.all(now.getTime(), limit).map(({ user_id }) => user_id as string)
      if (ids.length === 0) return []
      return write(() =>
        ids.flatMap((id) =>
          claim.all(until.getTime(), id, now.getTime()).map((row) => ({ ...row }) as Deletion),
        ),
      )
    },
    postpone: (userId, fence, dueAt) => write(() => void postpone.run(dueAt.getTime(), userId, fence)),
    remove: (userId, fence) => write(() => void remove.run(userId, fence)),
  }
}
