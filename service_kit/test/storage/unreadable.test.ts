import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '../../src/runtime/metrics.ts'
import {
  createReading,
  createUnreadableReporter,
  REPORT_AGAIN_MS,
  Unreadable,
} from '../../src/storage/unreadable.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

const read = (row: string) => {
  if (row.startsWith('bad')) throw new Error('it is bad')
  return row
}

test('many rows are read without the unreadable ones; one alone fails', () => {
  const reported: string[] = []
  const { one, many } = createReading(read, String, (id, why) => reported.push(`${id}: ${why}`))
  assert.deepEqual(many(['a', 'bad 1', 'b']), ['a', 'b'])
  assert.throws(() => one('bad 2'), Unreadable)
  assert.deepEqual(reported, ['bad 1: it is bad', 'bad 2: it is bad'])
})

test('a page is full although some rows cannot be read, and ends with the last row', async () => {
  const { page } = createReading(read, String, () => {})
  const rows = ['a', 'bad 1', 'bad 2', 'b', 'bad 3', 'c']
  const at = (limit: number, after: string) => rows.slice(rows.indexOf(after) + 1).slice(0, limit)
  assert.deepEqual(await page(2, '', at), ['a', 'b'])
  assert.deepEqual(await page(2, 'b', at), ['c'])
  assert.deepEqual(await page(9, '', at), ['a', 'b', 'c'])
})

test('many unreadable rows in a row cost few queries', async () => {
  const { fill } = createReading(read, String, () => {})
  const rows = [...Array.from({ length: 1_000 }, (_, i) => `bad ${i}`), 'a', 'b', 'c']
  let asked = 0
  const behind = (count: number, before: readonly string[]) => {
    asked++
    return rows.slice(before.length).slice(0, count)
  }
  assert.deepEqual(await fill(2, behind), ['a', 'b'])
  assert.ok(asked <= 11, `${asked} questions`)
})

test('each is counted each time, and reported once in a while', async () => {
  const runtime = createVirtualRuntime()
  const lines: unknown[] = []
  const metrics = createMetrics('test_service')
  const logger = { error: (line: unknown) => lines.push(line) } as never
  const reported = createUnreadableReporter({ logger, metrics, runtime })('a row')
  for (let i = 0; i < 5; i++) reported('x', 'it is bad')
  reported('y', 'it is bad')
  assert.equal(lines.length, 2)
  await runtime.advance(REPORT_AGAIN_MS - 1)
  reported('x', 'it is bad')
  assert.equal(lines.length, 2)
  await runtime.advance(1)
  reported('x', 'it is bad')
  assert.deepEqual(lines.at(-1), { id: 'x', why: 'it is bad' })
  assert.match(await metrics.registry.metrics(), /unreadable_rows_total\{what="a row"[^}]*\} 8/)
  for (let i = 0; i < 2_000; i++) reported(`id ${i}`, 'it is bad')
  reported('x', 'it is bad')
  assert.deepEqual(lines.at(-1), { id: 'x', why: 'it is bad' }, 'so many are remembered and no more')
})
