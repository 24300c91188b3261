import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { readEnvironment } from '../../src/runtime/config.ts'
import Type from '../../src/runtime/schema_types.ts'
import { valueIn } from '../../src/runtime/secret_files.ts'

const INIT = readFileSync(new URL('../../../deploy/mongo/mongo_init.js', import.meta.url), 'utf8')

suite('the value in a file', () => {
  const cases: readonly (readonly [what: string, text: string, value: string])[] = [
    ['as it is', 'a secret', 'a secret'],
    ['without the end of its line', 'a secret\n', 'a secret'],
    ['without the end of its line, as Windows has it', 'a secret\r\n', 'a secret'],
    ['without empty lines after it', 'a secret\n\r\n\n', 'a secret'],
    ['without a byte order mark', '\uFEFFa secret\n', 'a secret'],
    ['with the blanks around it', '  a secret \t \n', '  a secret \t '],
    [
      'with blanks that only look like line ends',
      'a secret\u00a0\u2028\u3000\n',
      'a secret\u00a0\u2028\u3000',
    ],
    ['with a mark inside', 'a\uFEFFb', 'a\uFEFFb'],
    ['with lines inside', 'one\ntwo\n', 'one\ntwo'],
  ]
  for (const [what, text, value] of cases) {
    test(`is read ${what}`, (t) => {
      assert.equal(valueIn(text), value)
      const folder = mkdtempSync(join(tmpdir(), 'shop-'))
      t.after(() => rmSync(folder, { recursive: true }))
      writeFileSync(join(folder, 'password'), text)
      const Schema = Type.Object({ ADMIN_PASSWORD: Type.String() })
      const config = readEnvironment(Schema, { ADMIN_PASSWORD_FILE: join(folder, 'password') })
      assert.equal(config.ADMIN_PASSWORD, value)
    })
  }

  test('is the same for the script that mongosh runs, which cannot import it', () => {
    const [, body] = /^const valueIn = \(text\) => (.*)$/m.exec(INIT) ?? []
    const valueInInit = new Function('text', `return ${body}`)
    for (const [what, text, value] of cases) assert.equal(valueInInit(text), value, what)
  })
})
