import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { Problem } from '../../src/runtime/problem.ts'
import { isBusy, isStoreFault, openingFault, translateFaults, unavailable } from '../../src/sqlite/faults.ts'

const fault = (errcode: number) => Object.assign(new Error('why'), { errcode })
const RESULTS = Array.from({ length: 29 }, (_, code) => code)

suite('faults of SQLite', () => {
  test('a lock is temporary, also with its extended codes', () => {
    assert.deepEqual(
      RESULTS.filter((code) => isBusy(fault(code))),
      [5, 6],
    )
    assert.ok(isBusy(fault(5 | (2 << 8))) && !isBusy(new Error('why')))
  })

  test('a lock and faults of the file are faults of the store', () => {
    assert.deepEqual(
      RESULTS.filter((code) => isStoreFault(fault(code))),
      [3, 5, 6, 8, 10, 11, 13, 14, 15, 26],
    )
    assert.ok(isStoreFault(fault(10 | (13 << 8))))
  })

  test('a failed write is store_unavailable with its cause, and is not wrapped twice', () => {
    const cause = fault(13)
    const problem = unavailable(cause)
    assert.deepEqual([problem.code, problem.cause], ['store_unavailable', cause])
    assert.equal(unavailable(problem), problem)
    assert.notEqual(unavailable(new Problem('overloaded', 'x')).code, 'overloaded')
  })

  test('each method of a statement fails with store_unavailable for faults of the store, and with the error itself otherwise', () => {
    const db = new DatabaseSync(':memory:')
    let errcode = 10
    db.function('fail', () => {
      throw fault(errcode)
    })
    translateFaults(db)
    const methods = {
      get: () => db.prepare('SELECT fail()').get(),
      all: () => db.prepare('SELECT fail()').all(),
      run: () => db.prepare('SELECT fail()').run(),
    }
    for (const read of Object.values(methods)) {
      errcode = 10
      assert.throws(read, { code: 'store_unavailable', message: /could not be read/ })
      errcode = 1
      assert.throws(read, { message: 'why' })
    }
    const rows = db.prepare('SELECT ? AS a')
    assert.deepEqual([{ ...rows.get(1) }, rows.all(2).length, [...rows.iterate(3)].length], [{ a: 1 }, 1, 1])
    db.close()
  })

  const messages: [code: number, sentence: RegExp | undefined][] = [
    [11, /^shop\.db: why\. It is damaged or not a database of ours.*npm run restore/],
    [26, /^shop\.db: why\. It is damaged or not a database of ours.*npm run doctor/],
    [14, /^shop\.db: why\. Check that its folder exists/],
    [13, /^shop\.db: why\. Check that the disk has room/],
    [5, /^shop\.db: why\. Another program uses it; try again/],
    [1, undefined],
  ]
  for (const [code, sentence] of messages) {
    test(`error ${code} of opening a file ${sentence ? 'names the file and what to do' : 'is not changed'}`, () => {
      const cause = fault(code)
      const shown = openingFault('shop.db', cause) as Error
      if (!sentence) return assert.equal(shown, cause)
      assert.match(shown.message, sentence)
      assert.equal(shown.cause, cause)
    })
  }
})
