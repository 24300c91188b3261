/** The limits others go by: documents, dashboards, alerts, and each other. What each does has a test of its own. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { CHANGES_MAX, ENTRY_BYTES_MAX, TEXT_LENGTH_MAX } from '../src/audit/entry.ts'
import * as http from '../src/http/app.ts'
import { CONNECTIONS_MAX } from '../src/http/connections.ts'
import { INCOMING_BODY_LIMITS } from '../src/http/incoming_bodies.ts'
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../src/http/paging.ts'
import { PROBE_WAIT_MS, READY_THROUGH_TROUBLE_MS } from '../src/http/readiness.ts'
import { REQUEST_TIMEOUT_MS, SLOW_REQUEST_LIMITS } from '../src/http/slow_requests.ts'
import { UNREAD_RESPONSE_LIMITS } from '../src/http/unread_responses.ts'
import { UPLOAD_BYTES_MAX } from '../src/http/uploads.ts'
import { VALUES_FULLY_VALIDATED_MAX } from '../src/http/validation.ts'
import { PUBLISHED_BYTES_MAX } from '../src/identity/published.ts'
import { WITHDRAWN_MAX, WITHDRAWN_REFRESH_MS } from '../src/identity/withdrawn_tokens.ts'
import * as mongoBatcher from '../src/mongo/batcher.ts'
import { CLIENT_OPTIONS, COMMAND_MS, DEADLINE_MS, TRANSACTION_OPTIONS } from '../src/mongo/options.ts'
import { VERSION_MIN } from '../src/mongo/server_checks.ts'
import { QUARANTINE_PAUSE, QUARANTINED_MAX } from '../src/runtime/batching/quarantine.ts'
import { CLOSE_DEADLINE_MS } from '../src/runtime/lifecycle.ts'
import { READ_MS, READS_OF_CLIENT_MAX, READS_WAITING_MAX, WAIT_MS } from '../src/runtime/reader_thread.ts'
import { SERVICE_SECRET_BYTES_MIN } from '../src/runtime/variables.ts'
import { LONG_PAGES, PAGES_MIN } from '../src/sqlite/checkpoints.ts'
import { GROUP_MAX, GROUP_MS, WRITE_QUEUE_MAX, WRITE_WAIT_MS } from '../src/sqlite/commits.ts'
import { openSqlite } from '../src/sqlite/store.ts'
import { ARCHIVE_FILE_BYTES_MAX } from '../src/storage/archive.ts'
import { CLOCK_AHEAD_MAX_MS } from '../src/storage/clock_doubt.ts'
import * as retention from '../src/storage/retention.ts'
import { RETAIN_DAYS_MIN } from '../src/storage/retention_config.ts'
import { REPORT_AGAIN_MS } from '../src/storage/unreadable.ts'

const MIB = 1024 * 1024

test('of requests', () => {
  assert.deepEqual(
    [http.BODY_BYTES_MAX, http.HEADER_BYTES_MAX, http.PARAM_LENGTH_MAX, CONNECTIONS_MAX],
    [65_536, 16_384, 200, 10_000],
  )
  assert.deepEqual(SLOW_REQUEST_LIMITS, {
    requestTimeoutMs: 10_000,
    uploadMs: 120_000,
    uploadBytesMin: 65_536,
  })
  // 1 Mbit/s, with a fifth to spare.
  assert.ok(UPLOAD_BYTES_MAX / 125_000 < (0.8 * SLOW_REQUEST_LIMITS.uploadMs) / 1_000)
  assert.equal(http.KEEP_ALIVE_MS, 72_000)
  assert.deepEqual(INCOMING_BODY_LIMITS, {
    incomingMax: 4_096,
    incomingPerAddressMax: 1_024,
    bodyBytesHeldMax: 64 * MIB,
    bodyBytesHeldPerAddressMax: 16 * MIB,
  })
  assert.deepEqual([READY_THROUGH_TROUBLE_MS, PROBE_WAIT_MS], [30_000, 250])
  assert.deepEqual(UNREAD_RESPONSE_LIMITS, { unreadBytesMax: 64 * MIB, unreadMs: 1_000 })
  assert.deepEqual([PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, VALUES_FULLY_VALIDATED_MAX], [20, 100, 500])
})

test('of calls between services', () => {
  assert.deepEqual([QUARANTINED_MAX, PUBLISHED_BYTES_MAX], [10_000, 8 * MIB])
  assert.deepEqual(QUARANTINE_PAUSE, { firstMs: 250, maxMs: 1_000 })
  assert.deepEqual([WITHDRAWN_MAX, WITHDRAWN_REFRESH_MS, SERVICE_SECRET_BYTES_MIN], [10_000, 2_000, 32])
  const longest = { withdrawn: [{ user_id: 'x'.repeat(36), least_version: 1e9 }] }
  assert.ok(JSON.stringify(longest).length * WITHDRAWN_MAX < PUBLISHED_BYTES_MAX, 'the longest list is read')
})

test('of the audit log', () => {
  assert.deepEqual([TEXT_LENGTH_MAX, CHANGES_MAX, ENTRY_BYTES_MAX], [200, 8, 24_576])
})

test('of stores', () => {
  assert.deepEqual([GROUP_MAX, GROUP_MS, WRITE_QUEUE_MAX, WRITE_WAIT_MS], [256, 3, 20_000, 5_000])
  assert.deepEqual([mongoBatcher.ITEMS_MAX, mongoBatcher.WAITING_MAX], [256, 20_000])
  assert.deepEqual([READS_WAITING_MAX, READS_OF_CLIENT_MAX, WAIT_MS, READ_MS], [64, 16, 3_000, 5_000])
  assert.deepEqual([DEADLINE_MS, COMMAND_MS, VERSION_MIN], [5_000, 4_000, 6])
  assert.equal(REPORT_AGAIN_MS, 600_000)
  assert.deepEqual(CLIENT_OPTIONS, {
    w: 'majority',
    journal: true,
    wtimeoutMS: 4_000,
    readConcernLevel: 'majority',
    readPreference: 'primary',
    retryWrites: true,
    retryReads: true,
    maxPoolSize: 50,
    waitQueueTimeoutMS: 2_000,
    connectTimeoutMS: 2_000,
    socketTimeoutMS: 5_000,
    serverSelectionTimeoutMS: 2_500,
    heartbeatFrequencyMS: 500,
    ignoreUndefined: true,
  })
  assert.deepEqual(TRANSACTION_OPTIONS, {
    readConcern: { level: 'snapshot' },
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: 4_000 },
    readPreference: 'primary',
    maxCommitTimeMS: 4_000,
  })
})

test('of old records: what docs/operations.md says of their removal', () => {
  assert.deepEqual([retention.RECORDS_AT_ONCE, retention.BATCH_PAUSE_MS, RETAIN_DAYS_MIN], [200, 25, 30])
  assert.deepEqual(
    [retention.RUN_EVERY_MS, retention.RUN_SOON_MS, retention.LEASE_MS],
    [3_600_000, 60_000, 300_000],
  )
  assert.equal(CLOCK_AHEAD_MAX_MS, 24 * 60 * 60_000)
  assert.ok(CLOCK_AHEAD_MAX_MS > 10 * retention.RUN_EVERY_MS, 'runs that were missed are no doubt')
  assert.ok(retention.LEASE_MS > 20 * DEADLINE_MS, 'a batch ends within the lease')
  assert.equal(ARCHIVE_FILE_BYTES_MAX, 64 * MIB)
})

test('of leaving: what is under way has the time of its longest wait', () => {
  assert.equal(CLOSE_DEADLINE_MS, 15_000)
  assert.ok(CLOSE_DEADLINE_MS > REQUEST_TIMEOUT_MS && CLOSE_DEADLINE_MS > DEADLINE_MS)
})

test('of memory and patience of a SQLite file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-limits-'))
  writeFileSync(join(folder, '0001_things.sql'), 'CREATE TABLE things (name TEXT) STRICT;')
  const { reader, writer, close } = openSqlite({
    runtime: systemRuntime,
    path: join(folder, 'x.db'),
    migrations: folder,
  })
  t.after(async () => {
    await close()
    rmSync(folder, { recursive: true })
  })
  const pragma = (name: string) =>
    [writer, reader].map((db) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  assert.deepEqual(pragma('cache_size'), [-12 * 1024, -6 * 1024])
  assert.deepEqual(pragma('wal_autocheckpoint'), [40_000, 40_000])
  assert.deepEqual([PAGES_MIN, LONG_PAGES], [1_000, 10_000])
  assert.deepEqual(pragma('temp_store'), [2, 2])
  assert.deepEqual(pragma('busy_timeout'), [0, 5_000])
  assert.deepEqual(pragma('query_only'), [0, 1])
})
