/** A lease in the table `settings`, for processes that share a file. */
import { LEASE_AHEAD_MAX_MS, type Lease } from '../storage/retention.ts'
import type { SqliteStore } from './store.ts'

type Held = { readonly owner: string; readonly until: string }

/** An end more than `aheadMaxMs` ahead was written by a clock that was wrong. */
export function createSqliteLease(
  { reader, writer, write }: SqliteStore,
  name: string,
  aheadMaxMs = LEASE_AHEAD_MAX_MS,
): Lease {
  const select = 'SELECT value FROM settings WHERE name = ?'
  const [find, read] = [writer.prepare(select), reader.prepare(select)]
  const store = writer.prepare(
    'INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  return {
    take: (owner, now, until) =>
      write(() => {
        const row = find.get(name)
        const held = row && heldOf(row)
        const left = held ? Date.parse(held.until) - now.getTime() : -1
        if (held?.owner !== owner && left >= 0 && left <= aheadMaxMs) return false
        store.run(name, JSON.stringify({ owner, until }))
        return true
      }),
    async end() {
      const row = read.get(name)
      return row && new Date(heldOf(row).until)
    },
  }
}

const heldOf = ({ value }: Record<string, unknown>) => JSON.parse(String(value)) as Held
