import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createArgon2Hasher, PARAMETERS } from '../../src/crypto/argon2_hasher.ts'
import { createWorkQueues } from '../../src/crypto/work_queues.ts'
import type { QueueTicket } from '../../src/domain/crypto_ports.ts'
import { WEAK } from '../support.ts'

const queues = () => createWorkQueues({ atOnce: 4, waitingMax: 100 })
const HERE = { queue: 'login', owner: 'ada' } as const

suite('password hashes', () => {
  test('contain their parameters: argon2id, 19 MiB, 2 passes, 1 lane', async () => {
    const hasher = createArgon2Hasher(systemRuntime, queues())
    const phc = await hasher.hash('plum tart on tuesday', HERE)
    assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    assert.equal(await hasher.verify(phc, 'plum tart on tuesday', HERE), true)
    assert.equal(await hasher.verify(phc, 'plum tart on Tuesday', HERE), false)
  })

  test('differ for the same password', async () => {
    const hasher = createArgon2Hasher(systemRuntime, queues(), WEAK)
    assert.notEqual(await hasher.hash('the same one', HERE), await hasher.hash('the same one', HERE))
  })

  for (const length of [72, 73, 128]) {
    test(`all of ${length} characters count`, async () => {
      const hasher = createArgon2Hasher(systemRuntime, queues(), WEAK)
      const phc = await hasher.hash('ä'.repeat(length), HERE)
      assert.equal(await hasher.verify(phc, `${'ä'.repeat(length - 1)}b`, HERE), false)
      assert.equal(await hasher.verify(phc, 'ä'.repeat(length), HERE), true)
    })
  }

  test('hashes with weaker parameters stay valid and are outdated; stronger ones are not', async () => {
    const weak = await createArgon2Hasher(systemRuntime, queues(), WEAK).hash('plum tart on tuesday', HERE)
    const today = createArgon2Hasher(systemRuntime, queues(), { ...WEAK, memoryKib: 16, passes: 2 })
    assert.equal(await today.verify(weak, 'plum tart on tuesday', HERE), true)
    assert.equal(today.outdated(weak), true)
    assert.equal(today.outdated(await today.hash('x', HERE)), false)
    assert.equal(
      createArgon2Hasher(systemRuntime, queues(), WEAK).outdated(await today.hash('x', HERE)),
      false,
    )
    for (const one of ['memoryKib', 'passes', 'parallelism'] as const) {
      const parameters = { memoryKib: 32, passes: 2, parallelism: 2 }
      const stronger = { ...parameters, [one]: parameters[one] * 2 }
      const stored = await createArgon2Hasher(systemRuntime, queues(), parameters).hash('x', HERE)
      assert.equal(createArgon2Hasher(systemRuntime, queues(), stronger).outdated(stored), true, one)
      assert.equal(createArgon2Hasher(systemRuntime, queues(), parameters).outdated(stored), false)
    }
    assert.deepEqual(PARAMETERS, { memoryKib: 19_456, passes: 2, parallelism: 1 })
  })

  const damaged = [
    '',
    'plum tart on tuesday',
    '$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI',
    '$argon2id$v=19$m=9999999,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI',
    '$argon2id$v=19$m=8,t=999,p=1$c2FsdHNhbHRzYWx0c2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI',
    '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$',
  ]
  for (const phc of damaged) {
    test(`the stored text ${JSON.stringify(phc)} is refused, not computed`, async () => {
      await assert.rejects(
        createArgon2Hasher(systemRuntime, queues(), WEAK).verify(phc, '', HERE),
        /not one this service made/,
      )
    })
  }

  test('a simulated check waits in the same queue and does the same work', async () => {
    let works = 0
    const counting = {
      ...queues(),
      run: <T>(_ticket: QueueTicket, work: () => Promise<T>) => work().finally(() => works++),
    }
    const hasher = createArgon2Hasher(systemRuntime, counting, WEAK)
    const phc = await hasher.hash('x', HERE)
    works = 0
    await hasher.verify(phc, 'y', HERE)
    assert.equal(works, 1)
    await hasher.simulateVerify('y', HERE)
    assert.equal(works, 2)
  })
})
