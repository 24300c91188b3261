/** A long list of withdrawn tokens is read in batches, and misses no account that changes meanwhile. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { WITHDRAWN_BATCH } from '../../src/storage/sqlite_user_store.ts'
import { folder, START } from '../support.ts'

const idOf = (n: number) => `0190aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`

test('between two batches other work runs, and an account that changes then is in the list with its new version', async (t) => {
  const path = join(folder(t), 'auth.db')
  const read: number[] = []
  const { all } = StatementSync.prototype
  t.mock.method(StatementSync.prototype, 'all', function (this: StatementSync, ...values: never[]) {
    const rows = Reflect.apply(all, this, values)
    read.push(rows.length)
    return rows
  })
  const { users, close } = openSqliteStores(path, { runtime: systemRuntime })
  t.after(close)
  const db = new DatabaseSync(path)
  t.after(() => db.close())
  const add = db.prepare(`
    INSERT INTO users (id, username, canonical_name, role, password_hash, password_version, created_at, role_changes,
                       tokens_changed_at)
    VALUES (?, ?, ?, 'customer', '$argon2id$x', 2, ?, 0, ?)`)
  db.exec('BEGIN')
  const count = 2 * WITHDRAWN_BATCH + 1
  const at = (n: number) => START.getTime() + n
  for (let n = 1; n <= count; n++) add.run(idOf(n), `user_${n}`, `user_${n}`, at(n), at(n))
  db.exec('COMMIT')

  read.length = 0
  const reading = users.withdrawals(START, count)
  const late = idOf(7)
  db.prepare('UPDATE users SET role_changes = 5, tokens_changed_at = ? WHERE id = ?').run(at(count + 1), late)
  const list = await reading
  assert.deepEqual(read, [WITHDRAWN_BATCH, WITHDRAWN_BATCH, 2])
  assert.deepEqual(list[0], { userId: late, leastVersion: 7 })
  assert.equal(new Set(list.map(({ userId }) => userId)).size, count)
  assert.equal(list.length, count)
  assert.deepEqual(list.at(-1), { userId: idOf(1), leastVersion: 2 })
})
