import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ensureFirstAdmin } from '../src/domain/first_admin.ts'
import { createWorld, onOneFile, PASSWORD } from './support.ts'

const ADA = { username: 'Ada', password: PASSWORD }

suite('the first admin', () => {
  test('is made if no account has the name, and not changed afterwards', async (t) => {
    const { ports, tryLogin } = await createWorld(t)
    assert.equal(await ensureFirstAdmin(ports, ADA), 'created')
    assert.equal(await ensureFirstAdmin(ports, { ...ADA, password: 'another long password' }), 'exists')
    const { status, body } = await tryLogin('ada')
    assert.deepEqual([status, body.user.role], [200, 'admin'])
  })

  test('is not made from a customer with that name', async (t) => {
    const world = await createWorld(t)
    await world.register('ada')
    assert.equal(await ensureFirstAdmin(world.ports, ADA), 'not_an_admin')
    assert.equal((await world.login('ada')).user.id, (await world.stores.users.findByName('ada'))?.id)
    assert.equal((await world.stores.users.findByName('ada'))?.role, 'customer')
  })

  test('replicas that start at the same time make one account', async (t) => {
    const pair = await onOneFile(t)
    const worlds = [await createWorld(t, { stores: pair[0] }), await createWorld(t, { stores: pair[1] })]
    const outcomes = await Promise.all([0, 1, 2, 3].map((i) => ensureFirstAdmin(worlds[i % 2]!.ports, ADA)))
    assert.deepEqual(outcomes.sort(), ['created', 'exists', 'exists', 'exists'])
  })

  test('needs an acceptable password', async (t) => {
    const { ports } = await createWorld(t)
    await assert.rejects(ensureFirstAdmin(ports, { ...ADA, password: 'password1' }), {
      code: 'password_refused',
    })
  })
})
