/** The mutants of `npm run test:mutants`: the expected ones, each of them compiles, and each has an id of its own. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ROOT } from '../../scripts/root.ts'
import { mutantsOf, mutated } from './mutants.ts'
import { NAMED } from './named.ts'
import { asMarkdown, type Result } from './report.ts'

const made = (text: string) => mutantsOf('x.ts', text).map((mutant) => mutated(text, mutant))

suite('one small change at a time', () => {
  const cases: [text: string, ...changed: string[]][] = [
    ['if (a) f()', 'if (true) f()', 'if (false) f()', 'if (a) {}'],
    ['const x = a ? b : c', 'const x = true ? b : c', 'const x = false ? b : c'],
    ['const x = a < b', 'const x = a <= b'],
    ['const x = a !== b', 'const x = a === b'],
    ['const x = a && b', 'const x = a || b'],
    ['const x = a ?? b', 'const x = a'],
    ['const x = !a', 'const x = a'],
    ['const x = a?.b', 'const x = a.b'],
    ['const x = a?.[0]', 'const x = a[0]', 'const x = a?.[1]'],
    ['const x = a.b.trim()', 'const x = a.b'],
    ['const x = Math.min(a, b)', 'const x = Math.max(a, b)'],
    ['const x = true', 'const x = false'],
    ['const FEW = 2', 'const FEW = 3'],
    ['const MANY_MAX = 20_000', 'const MANY_MAX = 20000000'],
    ["throw new Error('x')", ';'],
    ['const f = () => { g() }', 'const f = () => { ; }'],
    [
      'users.updateOne({ _id, version }, set)',
      ';',
      'users.updateOne({ version }, set)',
      'users.updateOne({ _id,  }, set)',
    ],
    ["const x = `a` + 'b'"],
    [
      'const x = a < b ? -1 : 1',
      'const x = a <= b ? -1 : 1',
      'const x = true ? -1 : 1',
      'const x = false ? -1 : 1',
    ],
    ['const x = a.limit(1).project({ a: 1 })', 'const x = a.limit(2).project({ a: 1 })'],
    ['const x = { projection: { a: 1, b: 0 } }', 'const x = { projection: { a: 1, b: 1 } }'],
    ["type A = 1 | 2; const x: true = y as 'a'"],
  ]
  for (const [text, ...changed] of cases) {
    test(text, () => assert.deepEqual(made(text).toSorted(), changed.toSorted()))
  }
})

suite('conditions of SQL', () => {
  const cases: [sql: string, ...changed: string[]][] = [
    [
      'UPDATE t SET a = 1 WHERE id = ? AND version = ?',
      'UPDATE t SET a = 1 WHERE 1 AND version = ?',
      'UPDATE t SET a = 1 WHERE id = ? AND 1',
    ],
    [
      'SELECT a FROM t WHERE (b OR c) ORDER BY a',
      'SELECT a FROM t WHERE 1 ORDER BY a',
      'SELECT a FROM t WHERE (b OR 1) ORDER BY a',
    ],
    [
      'DELETE FROM t WHERE at < ? LIMIT 5',
      'DELETE FROM t WHERE 1 LIMIT 5',
      'DELETE FROM t WHERE at <= ? LIMIT 5',
    ],
    [
      'SELECT a FROM t WHERE b BETWEEN 1 AND 2 AND c',
      'SELECT a FROM t WHERE 1 AND c',
      'SELECT a FROM t WHERE b BETWEEN 1 AND 2 AND 1',
    ],
    ['You can SELECT nothing here'],
  ]
  for (const [sql, ...changed] of cases) {
    test(sql, () =>
      assert.deepEqual(
        made(`f = \`${sql}\``).toSorted(),
        [';', ...changed.map((one) => `f = \`${one}\``)].toSorted(),
      ),
    )
  }
})

test('each has an id of its own, which does not depend on the position in the file', () => {
  const text = 'const a = 1\nconst b = [1, 1]\n'
  const ids = mutantsOf('x.ts', text).map(({ id }) => id)
  assert.equal(new Set(ids).size, 3)
  assert.deepEqual(
    mutantsOf('x.ts', `const before = c\n${text}`).map(({ id }) => id),
    ids,
  )
})

test('the score leaves out mutants that do not compile, and the report lists survivors', () => {
  const fates = ['killed', 'late', 'survived', 'types', 'unseen'] as const
  const results = fates.map((fate, i): Result => {
    const [mutant] = mutantsOf('order_service/src/domain/x.ts', `const x = ${i}`)
    return { ...mutant!, fate }
  })
  assert.equal(
    asMarkdown(results),
    [
      '| folder | mutants | killed | late | survived | unseen | types | score |',
      '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
      '| order_service/src/domain | 5 | 1 | 1 | 1 | 1 | 1 | 50 % |',
      '| all | 5 | 1 | 1 | 1 | 1 | 1 | 50 % |',
      '',
      '- `order_service/src/domain/x.ts:1` number: `2` → `3`',
      '- `order_service/src/domain/x.ts:1` number: `4` → `5` (no test runs it)',
    ].join('\n'),
  )
})

test('the mutants written by hand fit the code', () => {
  for (const { what, path, from, test } of NAMED) {
    const times = readFileSync(join(ROOT, path), 'utf8').split(from).length - 1
    assert.equal(times, 1, `Update "${what}" in named.ts: ${path} contains its text ${times} times.`)
    assert.ok(existsSync(join(ROOT, test)), test)
  }
})
