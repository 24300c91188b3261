import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { createMetrics } from '../../src/runtime/metrics.ts'
import {
  LAST_BACKUP_FILE,
  LAST_BACKUP_READ_MS,
  lastBackupIn,
  reportLastBackup,
} from '../../src/storage/last_backup.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

const AT = new Date('2026-11-01T02:03:04.567Z')

suite('the last backup', () => {
  test('is a metric, read again every minute; while it cannot be read it keeps its value', async () => {
    const clock = createVirtualRuntime()
    const metrics = createMetrics('test')
    let stored: () => Promise<Date | undefined> = async () => undefined
    const stop = reportLastBackup(metrics, () => stored(), clock)
    const value = async () =>
      /^shop_last_backup_timestamp_seconds\S* (\S+)$/m.exec(await metrics.registry.metrics())?.[1]
    await clock.advance(0)
    assert.equal(await value(), '0')
    stored = async () => AT
    await clock.advance(LAST_BACKUP_READ_MS - 1)
    assert.equal(await value(), '0')
    await clock.advance(1)
    assert.equal(await value(), String(Math.floor(AT.getTime() / 1000)))
    stored = () => Promise.reject(new Error('the database is down'))
    await clock.advance(LAST_BACKUP_READ_MS)
    assert.equal(await value(), String(Math.floor(AT.getTime() / 1000)))
    assert.equal(LAST_BACKUP_READ_MS, 60_000)
    stop()
    assert.deepEqual(clock.waiting(), [])
  })

  test('of SQLite is in a file of the data folder; a file that is missing or broken is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'last_backup_'))
    try {
      const read = lastBackupIn(folder)
      assert.equal(await read(), undefined)
      for (const [text, expected] of [
        [JSON.stringify({ at: AT.toISOString() }), AT],
        ['{"at":"soon"}', undefined],
        ['{', undefined],
      ] as const) {
        writeFileSync(join(folder, LAST_BACKUP_FILE), text)
        assert.deepEqual(await read(), expected)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
