import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqliteStores, openStores } from '../../src/storage/open_stores.ts'
import { auditAtomicityContract, auditContract } from '../audit_log_contract.ts'
import { contactStoresContract } from '../contact_store_contract.ts'
import { deletionStoreContract } from '../deletion_store_contract.ts'
import { keyStoreContract } from '../key_store_contract.ts'
import { sessionStoreContract } from '../session_store_contract.ts'
import { folder, inMemory, newId, onOneFile } from '../support.ts'
import { throttleStoreContract } from '../throttle_store_contract.ts'
import { unreadableContract } from '../unreadable_contract.ts'
import { account, userStoreContract } from '../user_store_contract.ts'

for (const [name, open] of Object.entries({
  'SQLite in memory': inMemory,
  'SQLite, two instances on one file': onOneFile,
})) {
  userStoreContract(name, open)
  sessionStoreContract(name, open)
  keyStoreContract(name, open)
  throttleStoreContract(name, open)
  auditContract(name, open)
  contactStoresContract(name, open)
  deletionStoreContract(name, open)
}

auditAtomicityContract('SQLite', async (t) => {
  const path = join(folder(t), 'auth.db')
  const stores = openSqliteStores(path, { runtime: systemRuntime })
  t.after(() => stores.close())
  return {
    stores,
    async refuseEntries() {
      const db = new DatabaseSync(path)
      db.exec("CREATE TRIGGER refuse BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'refused'); END")
      db.close()
    },
  }
})

unreadableContract('SQLite', async (t) => {
  const path = join(folder(t), 'auth.db')
  const reported: string[] = []
  const stores = await openStores(
    { DATABASE_URL: `sqlite:${path}`, DATA_DIR: '' },
    { runtime: systemRuntime, unreadableOf: (what) => (id) => reported.push(`${what} ${id}`) },
  )
  const db = new DatabaseSync(path)
  t.after(async () => {
    db.close()
    await stores.close()
  })
  return {
    stores,
    reported,
    async corrupt(kind, where) {
      const [table, column, key] = UNREADABLE[kind]
      // Beyond 2^53, and not a valid time.
      const { changes } = db
        .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`)
        .run(2n ** 60n, where)
      assert.equal(changes, 1)
    },
  }
})
const UNREADABLE = {
  user: ['users', 'created_at', 'id'],
  'changes of user': ['users', 'role_changes', 'id'],
  session: ['sessions', 'created_at', 'id'],
  key: ['signing_keys', 'signs_from', 'kid'],
  throttle: ['throttle', 'tries', 'key'],
} as const

suite('opening the stores', () => {
  test('without DATABASE_URL the store is a file in DATA_DIR, readable only by its owner', async (t) => {
    const path = folder(t)
    const stores = await openStores({ DATA_DIR: join(path, 'new') }, { runtime: systemRuntime })
    await stores.users.add(account('ada'))
    await stores.check()
    for (const file of ['auth.db', 'auth.db-wal']) {
      assert.equal(statSync(join(path, 'new', file)).mode & 0o777, 0o600)
    }
    await stores.close()
  })

  test('data is still there after reopening', async (t) => {
    const config = { DATA_DIR: '/nowhere', DATABASE_URL: `sqlite:${join(folder(t), 'a.db')}` }
    const first = await openStores(config, { runtime: systemRuntime })
    const ada = account('ada')
    await first.users.add(ada)
    await first.close()
    const second = await openStores(config, { runtime: systemRuntime })
    t.after(() => second.close())
    assert.deepEqual(await second.users.find(ada.id), ada)
  })

  test('a closed store rejects with store_unavailable', async () => {
    const stores = await openStores(
      { DATA_DIR: '.', DATABASE_URL: 'sqlite::memory:' },
      { runtime: systemRuntime },
    )
    await stores.close()
    await assert.rejects(stores.users.add(account('ada')), { code: 'store_unavailable' })
    await assert.rejects(stores.sessions.end(newId()), { code: 'store_unavailable' })
  })
})
