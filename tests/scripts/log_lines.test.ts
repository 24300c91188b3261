import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Paint, prettyLine } from '../../scripts/start/log_lines.ts'

const plain: Paint = (_style, text) => text
const noon = new Date(2026, 0, 2, 12, 34, 56).getTime()
const line = (fields: object) =>
  prettyLine(JSON.stringify({ level: 30, time: noon, service: 's', pid: 1, ...fields }), plain)

suite('a log line in readable form', () => {
  const cases: readonly (readonly [what: string, fields: object, expected: string])[] = [
    ['time, level and message', { msg: 'listening' }, '12:34:56 info  listening'],
    ['fields, short', { msg: 'm', port: 5000, host: '::1' }, '12:34:56 info  m port=5000 host=::1'],
    ['an object as JSON', { msg: 'm', order: { id: 1 } }, '12:34:56 info  m order={"id":1}'],
    ['a level of its own', { level: 35, msg: 'm' }, '12:34:56 35 m'],
    [
      'a warning with its reason, without the stack',
      { level: 40, msg: 'failed', err: { message: 'no route', stack: 'Error: no route\n  at x' } },
      '12:34:56 warn  failed no route',
    ],
    [
      'an error with its stack',
      { level: 50, msg: 'failed', err: { message: 'no route', stack: 'Error: no route\n    at x' } },
      '12:34:56 error failed no route\n    at x',
    ],
    [
      'at most six fields',
      { msg: 'm', a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 },
      '12:34:56 info  m a=1 b=2 c=3 d=4 e=5 f=6',
    ],
    ['a long value cut', { msg: 'm', a: 'x'.repeat(500) }, `12:34:56 info  m a=${'x'.repeat(120)}…`],
  ]
  for (const [what, fields, expected] of cases) {
    test(what, () => assert.equal(line(fields), expected))
  }

  for (const text of ['Port 5000 is taken.', '{"half a', '{"no":"level"}', '']) {
    test(`a line that is no log line is not changed: ${JSON.stringify(text)}`, () => {
      assert.equal(prettyLine(text, plain), text)
    })
  }
})
