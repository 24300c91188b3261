/**
 * deploy/mongo/mongo_members.js, given to the real mongosh as `npm run stack:database` gives it, against a scripted member
 * that says what the others do.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import { ROOT } from '../deploy/rendering.ts'
import { freePort } from '../system/processes.ts'
import { within } from '../system/until.ts'
import { needsMongosh, runMongosh } from './mongosh.ts'
import { startMember } from './scripted_server.ts'

const RUN_MS = 60_000
const PATIENT = String(RUN_MS)
const SCRIPT = readFileSync(join(ROOT, 'deploy', 'mongo', 'mongo_members.js'), 'utf8')

/** `mongo1` to `mongo3` in these states; the seconds are how far each is behind. */
const setOf = (...members: readonly (readonly [state: string, behind?: number])[]) =>
  members.map(([stateStr, behind = 0], i) => ({
    name: `mongo${i + 1}:27017`,
    stateStr,
    optimeDate: new Date(1_000_000_000_000 - behind * 1000),
  }))
const HEALTHY = setOf(['SECONDARY'], ['PRIMARY'], ['SECONDARY', 1])

async function world(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shop_mongosh_'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'mongo_root_password'), 'root\n')
  const port = await freePort()
  const { state, close } = await startMember(port, 'root')
  t.after(close)
  state.config = { _id: 'rs0', version: 1 }
  const run = async (env: NodeJS.ProcessEnv = {}) => {
    const where = { MONGO_SECRETS_FOLDER: folder, MONGO_MEMBERS: `127.0.0.1:${port}` }
    const child = runMongosh(['--eval', SCRIPT], { ...where, ...env }, folder)
    t.after(() => child.kill('SIGKILL'))
    const output = await within('mongosh ends', RUN_MS, text(child.stdout!))
    return output.trim()
  }
  return { state, run }
}

suite('mongo_members.js under mongosh', { skip: await needsMongosh(), timeout: 3 * RUN_MS }, () => {
  test('names the primary of a healthy set, and why a set is not healthy', async (t) => {
    const { state, run } = await world(t)
    state.status = () => HEALTHY
    assert.equal(await run(), 'primary mongo2')
    const not = 'The replica set is not healthy: '
    for (const [status, why] of [
      [setOf(['PRIMARY'], ['SECONDARY'], ['RECOVERING']), 'mongo3:27017 is RECOVERING'],
      [setOf(['SECONDARY'], ['SECONDARY'], ['SECONDARY']), 'there is no primary'],
      [setOf(['PRIMARY'], ['SECONDARY', 9], ['SECONDARY']), 'mongo2:27017 is 9 s behind'],
    ] as const) {
      state.status = () => status
      assert.equal(await run(), not + why)
    }
    assert.deepEqual(state.changes, [])
  })

  test('waits until a member has caught up', async (t) => {
    const { state, run } = await world(t)
    let last = 0
    state.status = (asked) => {
      last = asked
      return setOf(['PRIMARY'], [asked < 2 ? 'STARTUP2' : 'SECONDARY'], ['SECONDARY'])
    }
    assert.equal(await run({ MONGO_WAIT_MS: PATIENT }), 'primary mongo1')
    assert.ok(last >= 2)
  })

  test('makes another the primary only if the named member is, and waits for it', async (t) => {
    const { state, run } = await world(t)
    state.status = () => HEALTHY
    assert.equal(await run({ MONGO_STEP_DOWN: 'mongo1' }), 'primary mongo2')
    assert.deepEqual(state.changes, [])
    state.status = (asked) => (asked < 3 ? HEALTHY : setOf(['PRIMARY'], ['SECONDARY'], ['SECONDARY']))
    assert.equal(await run({ MONGO_STEP_DOWN: 'mongo2', MONGO_WAIT_MS: PATIENT }), 'primary mongo1')
    assert.deepEqual(state.changes, ['replSetStepDown'])
  })
})
