/** KeyStore on SQLite. The unique index on generation makes replicas agree on the next key. */
import { readBigInts, type SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { KeyStore, SigningKey } from '../domain/ports.ts'
import { validateStoredKey } from '../domain/stored_records.ts'
import { fromMs, toMs } from './stored_times.ts'

type Row = { kid: string; generation: bigint; x: string; d: string; signs_from: bigint; created_at: bigint }

export function createSqliteKeyStore(
  { reader, writer, write }: SqliteStore,
  unreadableOf: UnreadableOf,
): KeyStore {
  const reading = createReading(key, ({ kid }: Row) => kid, unreadableOf('a signing key'))
  const all = readBigInts(reader.prepare('SELECT * FROM signing_keys ORDER BY generation'))
  const insert = writer.prepare(`
    INSERT INTO signing_keys (kid, generation, x, d, signs_from, created_at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (generation) DO NOTHING`)
  const remove = writer.prepare('DELETE FROM signing_keys WHERE kid = ?')

  return {
    list: async () => reading.many(all.all() as Row[]),
    add: ({ kid, generation, jwk, signsFrom, createdAt }) =>
      write(() => insert.run(kid, generation, jwk.x, jwk.d, toMs(signsFrom), toMs(createdAt)).changes === 1),
    remove: (kids) =>
      write(() => {
        for (const kid of kids) remove.run(kid)
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
