/** KeyStore on SQLite. The unique index on generation makes replicas agree on the next key. */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import { readBigInts, type SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { keyAdded, keyRemoved } from '../domain/audit.ts'
import type { KeyStore, SigningKey } from '../domain/key_ports.ts'
import { validateStoredKey } from '../domain/stored_records.ts'
import { fromMs, toMs } from './stored_times.ts'

type Row = { kid: string; generation: bigint; x: string; d: string; signs_from: bigint; created_at: bigint }

export function createSqliteKeyStore(
  { reader, writer }: SqliteStore,
  audit: SqliteAudit,
  unreadableOf: UnreadableOf,
): KeyStore {
  const reading = createReading(key, ({ kid }: Row) => kid, unreadableOf('a signing key'))
  const all = readBigInts(reader.prepare('SELECT * FROM signing_keys ORDER BY generation'))
  const insert = writer.prepare(`
    INSERT INTO signing_keys (kid, generation, x, d, signs_from, created_at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (generation) DO NOTHING`)
  const remove = readBigInts(writer.prepare('DELETE FROM signing_keys WHERE kid = ? RETURNING generation'))

  return {
    list: async () => reading.many(all.all() as Row[]),
    add(key, by) {
      const { kid, generation, jwk, signsFrom, createdAt } = key
      return audit.write(by, createdAt, (record) => {
        const values = [kid, generation, jwk.x, jwk.d, toMs(signsFrom), toMs(createdAt)]
        if (insert.run(...values).changes === 0) return false
        record(keyAdded(key))
        return true
      })
    },
    remove: (kids, { how, at, by }) =>
      audit.write(by, at.toISOString(), (record) => {
        for (const kid of kids) {
          const removed = remove.get(kid) as Pick<Row, 'generation'> | undefined
          if (removed) record(keyRemoved(kid, Number(removed.generation), how))
        }
      }),
  }
}

const key = ({ kid, generation, x, d, signs_from, created_at }: Row): SigningKey =>
  validateStoredKey({
    kid,
    generation: Number(generation),
    jwk: { kty: 'OKP', crv: 'Ed25519', x, d },
    signsFrom: fromMs(signs_from),
    createdAt: fromMs(created_at),
  })
