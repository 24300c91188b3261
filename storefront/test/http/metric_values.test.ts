import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readMetrics } from '../../src/http/metric_values.ts'

const values = readMetrics(
  [
    '# TYPE answers counter',
    'answers{route="/a",status="200"} 5',
    'answers{route="/a\\"b, c",status="503"} 2.5',
    'answers_of_others 7',
    'version_info{version="v26",major="26"} 1',
    'version_info{version="v27"} 1',
    'plain 1e3',
    'of_no_number{a="b"} -',
    'never NaN',
    '',
  ].join('\n'),
)

suite('the text of /metrics', () => {
  test('samples of one name are summed, all or those whose labels pass', () => {
    assert.equal(values.sum('answers'), 7.5)
    assert.equal(
      values.sum('answers', ({ status }) => status === '503'),
      2.5,
    )
    assert.equal(
      values.sum('answers', ({ route }) => route === '/a\\"b, c'),
      2.5,
    )
    assert.equal(values.sum('plain'), 1_000)
  })

  test('a missing or invalid value is undefined, not zero', () => {
    for (const name of ['answer', 'of_no_number', 'never', '# TYPE answers']) {
      assert.equal(values.sum(name), undefined, name)
    }
    assert.equal(
      values.sum('answers', () => false),
      undefined,
    )
  })

  test('a label is that of the first sample', () => {
    assert.equal(values.label('version_info', 'version'), 'v26')
    assert.equal(values.label('version_info', 'minor'), undefined)
    assert.equal(values.label('nothing', 'version'), undefined)
  })
})
