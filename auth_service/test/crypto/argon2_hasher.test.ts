import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createArgon2Hasher, PARAMETERS } from '../../src/crypto/argon2_hasher.ts'
import { createWorkLine } from '../../src/crypto/work_line.ts'
import { WEAK } from '../support.ts'

const line = () => createWorkLine({ atOnce: 4, waitingMax: 100 })

suite('password hashes', () => {
  test('carry their parameters: argon2id, 19 MiB, 2 passes, 1 lane', async () => {
    const hasher = createArgon2Hasher(line())
    const phc = await hasher.hash('plum tart on tuesday')
    assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    assert.equal(await hasher.verify(phc, 'plum tart on tuesday'), true)
    assert.equal(await hasher.verify(phc, 'plum tart on Tuesday'), false)
  })

  test('differ for the same password', async () => {
    const hasher = createArgon2Hasher(line(), WEAK)
    assert.notEqual(await hasher.hash('the same one'), await hasher.hash('the same one'))
  })

  for (const length of [72, 73, 128]) {
    test(`all of ${length} characters count`, async () => {
      const hasher = createArgon2Hasher(line(), WEAK)
      const phc = await hasher.hash('ä'.repeat(length))
      assert.equal(await hasher.verify(phc, `${'ä'.repeat(length - 1)}b`), false)
      assert.equal(await hasher.verify(phc, 'ä'.repeat(length)), true)
    })
  }

  test('weaker parameters stay valid and are known to be outdated; stronger ones are not', async () => {
    const weak = await createArgon2Hasher(line(), WEAK).hash('plum tart on tuesday')
    const today = createArgon2Hasher(line(), { ...WEAK, memoryKib: 16, passes: 2 })
    assert.equal(await today.verify(weak, 'plum tart on tuesday'), true)
    assert.equal(today.outdated(weak), true)
    assert.equal(today.outdated(await today.hash('x')), false)
    assert.equal(createArgon2Hasher(line(), WEAK).outdated(await today.hash('x')), false)
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
      await assert.rejects(createArgon2Hasher(line(), WEAK).verify(phc, ''), /not one this service made/)
    })
  }

  test('pretending stands in the same line and does the same work', async () => {
    let works = 0
    const counting = { ...line(), run: <T>(work: () => Promise<T>) => work().finally(() => works++) }
    const hasher = createArgon2Hasher(counting, WEAK)
    const phc = await hasher.hash('x')
    works = 0
    await hasher.verify(phc, 'y')
    assert.equal(works, 1)
    await hasher.pretend('y')
    assert.equal(works, 2)
  })
})
