import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { databaseOf, withDatabase, withOption } from '../../src/mongo/url.ts'

suite('URLs of MongoDB', () => {
  const databases: [url: string, database: string | undefined][] = [
    ['mongodb://h/shop', 'shop'],
    ['mongodb+srv://u:p@h/my%20shop?replicaSet=rs0', 'my shop'],
    ['mongodb://a:1,b:2/shop?x=/y', 'shop'],
    ['mongodb://h/', undefined],
    ['mongodb://h', undefined],
    ['mongodb://h/?x=1', undefined],
    ['http://h/shop', undefined],
  ]
  for (const [url, database] of databases) {
    test(`${url} names ${database ?? 'no database'}`, () => assert.equal(databaseOf(url), database))
  }

  const others: [url: string, other: string][] = [
    ['mongodb://h/shop', 'mongodb://h/a%20b'],
    ['mongodb://h', 'mongodb://h/a%20b'],
    ['mongodb://a:1,b:2/?replicaSet=rs0', 'mongodb://a:1,b:2/a%20b?replicaSet=rs0'],
    ['mongodb+srv://u:p@h/shop', 'mongodb+srv://u:p@h/a%20b?authSource=shop'],
    ['mongodb://u:p@h', 'mongodb://u:p@h/a%20b?authSource=admin'],
    ['mongodb://u:p@h/shop?x=1', 'mongodb://u:p@h/a%20b?x=1&authSource=shop'],
    ['mongodb://u:p@h/shop?AUTHSOURCE=x', 'mongodb://u:p@h/a%20b?AUTHSOURCE=x'],
  ]
  for (const [url, other] of others) {
    test(`${url} of another database is ${other}`, () => assert.equal(withDatabase(url, 'a b'), other))
  }

  test('another text than a MongoDB URL has no other database', () => {
    assert.throws(() => withDatabase('http://h/shop', 'x'), /not a mongodb/)
  })

  test('one more option', () => {
    assert.equal(withOption('mongodb://h', 'x=1'), 'mongodb://h/?x=1')
    assert.equal(withOption('mongodb://h/', 'x=1'), 'mongodb://h/?x=1')
    assert.equal(withOption('mongodb://h/shop', 'x=1'), 'mongodb://h/shop?x=1')
    assert.equal(withOption('mongodb://h/shop?y=2', 'x=1'), 'mongodb://h/shop?y=2&x=1')
  })
})
