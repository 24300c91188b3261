/** UserStore on SQLite. The unique index on canonical_name and the condition in `setRole` enforce the rules. */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import { nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import { readBigInts, type SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { usernameTaken } from '../domain/accounts.ts'
import { accountCreated, accountDeleted, passwordReset, roleChanged } from '../domain/audit.ts'
import { DomainError } from '../domain/errors.ts'
import type { Role, UserStore, Withdrawal } from '../domain/ports.ts'
import { afterNamesWith, canonicalUsername, erasedUsername } from '../domain/usernames.ts'
import { prepareDeletionInsert } from './sqlite_deletions.ts'
import { account, COLUMNS, type Row, user, type Withdrawn, withdrawal } from './sqlite_user_rows.ts'
import { toMs } from './stored_times.ts'

type NamedRow = Row & { canonical_name: string }

/** Accounts read in one turn of the event loop, for the list of withdrawn tokens. */
export const WITHDRAWN_BATCH = 500

/** The largest rowid of SQLite. */
const LAST_ROW = 2n ** 63n - 1n

/** Of a deleted account. No password has it. */
const NO_HASH = '$argon2id$'

export function createSqliteUserStore(
  { reader, writer, write }: SqliteStore,
  runtime: Pick<Runtime, 'defer'>,
  audit: SqliteAudit,
  unreadableOf: UnreadableOf,
): UserStore {
  const readingBy = <From extends { readonly id: string }, Of>(read: (row: From) => Of) =>
    createReading(read, ({ id }) => id, unreadableOf('an account'))
  const [userOf, accountOf, withdrawalOf] = [readingBy(user), readingBy(account), readingBy(withdrawal)]
  const optional = (row: unknown) => (row === undefined ? undefined : accountOf.one(row as Row))
  const insert = writer.prepare(`
    INSERT INTO users (id, username, canonical_name, role, password_hash, password_version, created_at)
    VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT (canonical_name) DO NOTHING`)
  const byId = readBigInts(reader.prepare(`SELECT ${COLUMNS} FROM users WHERE id = ? AND deleted_at IS NULL`))
  const byName = readBigInts(
    reader.prepare(`SELECT ${COLUMNS} FROM users WHERE canonical_name = ? AND deleted_at IS NULL`),
  )
  const byEmail = readBigInts(
    reader.prepare(`SELECT ${COLUMNS} FROM users WHERE verified_email = ? AND deleted_at IS NULL`),
  )
  const setPassword = writer.prepare(`
    UPDATE users SET password_hash = ?, password_version = password_version + 1, tokens_changed_at = ?
     WHERE id = ? AND password_version = ? AND deleted_at IS NULL`)
  const keepSession = writer.prepare(
    'UPDATE sessions SET password_version = password_version + 1 WHERE id = ? AND user_id = ? AND password_version = ?',
  )
  const setHash = writer.prepare(
    'UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ? AND deleted_at IS NULL',
  )
  const setRole = readBigInts(
    writer.prepare(`
    UPDATE users SET role = :role, role_changes = role_changes + (role <> :role),
                     tokens_changed_at = iif(role <> :role, :at, tokens_changed_at)
     WHERE id = :id AND deleted_at IS NULL AND (:role = 'admin' OR role <> 'admin'
           OR EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND id <> :id))
    RETURNING ${COLUMNS}`),
  )
  const erase = writer.prepare(`
    UPDATE users SET username = :name, canonical_name = :name, password_hash = :hash, deleted_at = :at,
                     email = NULL, verified_email = NULL, password_version = password_version + 1, tokens_changed_at = :at
     WHERE id = :id AND role = 'customer' AND deleted_at IS NULL`)
  const eraseMore = [
    'DELETE FROM credentials WHERE user_id = ?',
    'DELETE FROM mails WHERE user_id = ?',
    'DELETE FROM sessions WHERE user_id = ?',
  ].map((sql) => writer.prepare(sql))
  const recordDeletion = prepareDeletionInsert(writer)
  const beforeWithdrawn = readBigInts(
    reader.prepare(`
    SELECT tokens_changed_at AS at, rowid AS n FROM users
     WHERE tokens_changed_at > ? ORDER BY tokens_changed_at DESC, rowid DESC LIMIT 1 OFFSET ?`),
  )
  const withdrawn = readBigInts(
    reader.prepare(`
    SELECT id, password_version + role_changes AS least, tokens_changed_at AS at, rowid AS n FROM users
     WHERE tokens_changed_at IS NOT NULL AND (tokens_changed_at, rowid) > (?, ?)
     ORDER BY tokens_changed_at, rowid LIMIT ?`),
  )
  const roleOf = writer.prepare('SELECT role FROM users WHERE id = ? AND deleted_at IS NULL')
  const firstPage = readBigInts(
    reader.prepare(`SELECT ${COLUMNS} FROM users WHERE deleted_at IS NULL ORDER BY id DESC LIMIT ?`),
  )
  const nextPage = readBigInts(
    reader.prepare(
      `SELECT ${COLUMNS} FROM users WHERE id < ? AND deleted_at IS NULL ORDER BY id DESC LIMIT ?`,
    ),
  )

  const named = readBigInts(
    reader.prepare(`SELECT ${COLUMNS}, canonical_name FROM users
      WHERE canonical_name >= ? AND canonical_name > ? AND canonical_name < ? AND deleted_at IS NULL
      ORDER BY canonical_name LIMIT ?`),
  )
  const many = readBigInts(
    reader.prepare(
      `SELECT ${COLUMNS} FROM users WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL`,
    ),
  )

  return {
    async add({ id, username, role, passwordHash, createdAt }, by) {
      const canonical = canonicalUsername(username)
      await audit.write(by, createdAt, (record) => {
        const { changes } = insert.run(id, username, canonical, role, passwordHash, toMs(createdAt))
        if (changes === 0) throw usernameTaken()
        record(accountCreated(id, role))
      })
    },
    find: async (id) => optional(byId.get(id)),
    findByName: async (canonical) => optional(byName.get(canonical)),
    findByVerifiedEmail: async (email) => optional(byEmail.get(email)),
    changePassword: (id, fromVersion, passwordHash, now, { by, keep } = {}) =>
      audit.write(by, now().toISOString(), (record) => {
        if (setPassword.run(passwordHash, now().getTime(), id, fromVersion).changes === 0) return false
        if (keep !== undefined) keepSession.run(keep, id, fromVersion)
        record(passwordReset(id, fromVersion))
        return true
      }),
    rehash: (id, from, to) => write(() => setHash.run(to, id, from).changes === 1),
    setRole: (id, role, now, by) =>
      audit.write(by, now().toISOString(), (record) => {
        const before = roleOf.get(id)?.role as Role | undefined
        const row = setRole.get({ role, id, at: now().getTime() })
        if (row) {
          if (before !== role) record(roleChanged(id, before!, role))
          return userOf.one(row as Row)
        }
        if (before === undefined) throw new DomainError('user_not_found', 'There is no user with this id.')
        throw new DomainError('last_admin', 'This is the last admin; make another user an admin first.')
      }),
    erase: (id, now, by) =>
      audit.write(by, now().toISOString(), (record) => {
        const erased = { id, name: erasedUsername(id), hash: NO_HASH, at: now().getTime() }
        if (erase.run(erased).changes === 0) return false
        for (const each of eraseMore) each.run(id)
        recordDeletion(id, now())
        record(accountDeleted(id))
        return true
      }),
    async withdrawals(since, limit) {
      const before = beforeWithdrawn.get(since.getTime(), limit) as Pick<Withdrawn, 'at' | 'n'> | undefined
      let [at, n] = before ? [before.at, before.n] : [BigInt(since.getTime()), LAST_ROW]
      // Oldest first: an account that changes meanwhile appears again at the end, so none is missed.
      const found = new Map<string, Withdrawal>()
      for (;;) {
        const rows = withdrawn.all(at, n, WITHDRAWN_BATCH) as Withdrawn[]
        for (const each of withdrawalOf.many(rows)) {
          found.delete(each.userId)
          found.set(each.userId, each)
        }
        if (rows.length < WITHDRAWN_BATCH) return [...found.values()].reverse().slice(0, limit)
        ;({ at, n } = rows.at(-1)!)
        await nextTurn(runtime)
      }
    },
    listNamed: ({ prefix, after = '', limit }) =>
      userOf.fill(limit, (count, before) => {
        const last = (before.at(-1) as NamedRow | undefined)?.canonical_name ?? after
        return named.all(prefix, last, afterNamesWith(prefix), count) as NamedRow[]
      }),
    findMany: async (ids) => userOf.many(many.all(JSON.stringify(ids)) as Row[]),
    list: ({ after, limit }) =>
      userOf.page(
        limit,
        after,
        (count, at) => (at === undefined ? firstPage.all(count) : nextPage.all(at, count)) as Row[],
      ),
  }
}
