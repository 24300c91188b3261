/** KeyStore on SQLite. The unique generation is what makes replicas agree on the next key. */
import type { SqliteStore } from '@shop/service_kit/sqlite'
import type { KeyStore, SigningKey } from '../domain/ports.ts'

type Row = { kid: string; generation: number; x: string; d: string; signs_from: number; created_at: number }

export function createSqliteKeyStore({ reader, writer, write }: SqliteStore): KeyStore {
  const all = reader.prepare('SELECT * FROM signing_keys ORDER BY generation')
  const insert = writer.prepare(`
    INSERT INTO signing_keys (kid, generation, x, d, signs_from, created_at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (generation) DO NOTHING`)
  const remove = writer.prepare('DELETE FROM signing_keys WHERE kid = ?')

  return {
    list: async () => all.all().map((row) => key(row as Row)),
    add: ({ kid, generation, jwk, signsFrom, createdAt }) =>
      write(
        () =>
          insert.run(kid, generation, jwk.x, jwk.d, signsFrom.getTime(), createdAt.getTime()).changes === 1,
      ),
    remove: (kids) =>
      write(() => {
        for (const kid of kids) remove.run(kid)
      }),
  }
}

const key = ({ kid, generation, x, d, signs_from, created_at }: Row): SigningKey => ({
  kid,
  generation,
  jwk: { kty: 'OKP', crv: 'Ed25519', x, d },
  signsFrom: new Date(signs_from),
  createdAt: new Date(created_at),
})
