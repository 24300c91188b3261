/**
 * deploy/mongo/mongo_init.js, run by the real mongosh against a member that is scripted (scripted_server.ts): the driver,
 * the shell and the way its script waits are the real ones.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { ROOT } from '../deploy/rendering.ts'
import { freePort } from '../system/processes.ts'
import { within } from '../system/until.ts'
import { needsMongosh, runMongosh } from './mongosh.ts'
import { startMember } from './scripted_server.ts'

const RUN_MS = 60_000
const SCRIPT = join(ROOT, 'deploy', 'mongo', 'mongo_init.js')
const PASSWORDS = {
  mongo_root_password: 'the root / password',
  mongo_shop_password: 'first',
  mongo_shop_2_password: 'second',
}

async function world(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shop_mongosh_'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const give = (name: string, value: string) => writeFileSync(join(folder, name), `${value}\n`)
  for (const [name, value] of Object.entries(PASSWORDS)) give(name, value)
  const port = await freePort()
  const start = () => {
    const env = { MONGO_SECRETS_FOLDER: folder, MONGO_MEMBERS: `127.0.0.1:${port}` }
    const child = runMongosh(['--file', SCRIPT], env, folder)
    t.after(() => child.kill('SIGKILL'))
    let output = ''
    const heard = Promise.withResolvers<void>()
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (output.includes('trying again')) heard.resolve()
      })
    }
    const ended = within('mongosh ends', RUN_MS, once(child, 'close')).then(([code]) => ({ code, output }))
    const early = ended.then(({ output }) => {
      throw new Error(`It ended: ${output}`)
    })
    early.catch(() => {})
    return { ended, retries: () => Promise.race([heard.promise, early]) }
  }
  const member = async () => {
    const started = await startMember(port, PASSWORDS.mongo_root_password)
    t.after(() => started.close())
    return started
  }
  return { give, start, member }
}

suite('mongo_init.js under mongosh', { skip: await needsMongosh(), timeout: 2 * RUN_MS }, () => {
  test('waits for a server that comes late; a second run changes nothing', async (t) => {
    const { start, member } = await world(t)
    const first = start()
    await first.retries()
    const { host, state } = await member()
    assert.equal((await first.ended).code, 0)
    assert.deepEqual(state.changes, ['replSetInitiate', 'createUser shop', 'createUser shop_2'])
    assert.deepEqual(state.config, {
      _id: 'rs0',
      members: [{ _id: 0, host }],
      settings: { electionTimeoutMillis: 2000 },
      version: 1,
    })
    assert.deepEqual(state.users.get('shop'), {
      pwd: 'first',
      roles: ['shop_auth', 'shop_products', 'shop_orders', 'shop_notifications', 'shop_payments'].map(
        (db) => ({
          role: 'readWrite',
          db,
        }),
      ),
    })
    assert.deepEqual(state.defaults, { w: 'majority' })

    const second = await start().ended
    assert.deepEqual([second.code, second.output], [0, ''])
    assert.equal(state.changes.length, 3)

    const { pwd, roles } = state.users.get('shop') as { pwd: string; roles: { db: string }[] }
    const [others, granted] = [false, true].map((late) =>
      roles.filter(({ db }) => (db === 'shop_notifications') === late),
    ) as [typeof roles, typeof roles]
    state.users.set('shop', { pwd, roles: others })
    assert.equal((await start().ended).code, 0)
    assert.deepEqual(
      [state.changes.slice(3), state.users.get('shop')],
      [['grantRolesToUser shop'], { pwd, roles: [...others, ...granted] }],
    )
  })

  test('sets a new password of one user, and the election timeout of a set that has another', async (t) => {
    const { give, start, member } = await world(t)
    const { host, state } = await member()
    state.config = {
      _id: 'rs0',
      version: 4,
      members: [{ _id: 0, host, priority: 3 }],
      settings: { electionTimeoutMillis: 10_000, chainingAllowed: false },
    }
    for (const [user, pwd] of [
      ['shop', 'first'],
      ['shop_2', 'an older one'],
    ] as const)
      state.users.set(user, { pwd, roles: [] })
    give('mongo_shop_2_password', 'the new one')
    assert.equal((await start().ended).code, 0)
    assert.deepEqual(state.changes, ['replSetReconfig', 'grantRolesToUser shop', 'updateUser shop_2'])
    assert.equal(state.users.get('shop_2')!.pwd, 'the new one')
    assert.deepEqual(state.config, {
      _id: 'rs0',
      version: 5,
      members: [{ _id: 0, host, priority: 3 }],
      settings: { electionTimeoutMillis: 2000, chainingAllowed: false },
    })
  })
})
