/** A lease in the table `settings`, for processes that share a file. */
import { LEASE_AHEAD_MAX_MS, type Lease } from '../storage/retention.ts'
import type { SqliteStore } from './store.ts'

export function createSqliteLease({ writer, write }: SqliteStore, name: string): Lease {
  const find = writer.prepare('SELECT value FROM settings WHERE name = ?')
  const store = writer.prepare(
    'INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  return {
    take: (owner, now, until) =>
      write(() => {
        const row = find.get(name)
        const held = row && (JSON.parse(String(row.value)) as { owner: string; until: string })
        const left = held ? Date.parse(held.until) - now.getTime() : -1
        if (held?.owner !== owner && left >= 0 && left <= LEASE_AHEAD_MAX_MS) return false
        store.run(name, JSON.stringify({ owner, until }))
        return true
      }),
  }
}
