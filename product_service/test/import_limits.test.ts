/** The limits of imports that documents name. What each does has a test of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BODY_BYTES_MAX } from '@shop/service_kit/http/app'
import { COLUMNS_MAX, ROW_LENGTH_MAX } from '../src/csv/read_csv.ts'
import { EXPORT_AT_ONCE } from '../src/csv/write_csv.ts'
import * as limits from '../src/domain/import.ts'
import { EXPORTS_MAX } from '../src/http/import_routes.ts'
import { APPLY_STEPS_AT_ONCE } from '../src/imports/apply_import.ts'
import { CHECK_ROWS_AT_ONCE } from '../src/imports/check_import.ts'
import { IMPORT_LEASE_MS, IMPORT_POLL_MS } from '../src/imports/import_worker.ts'
import { OLD_IMPORTS_DAYS } from '../src/imports/old_imports.ts'

test('of imports', () => {
  assert.deepEqual(
    [limits.IMPORT_ROWS_MAX, limits.IMPORT_BYTES_MAX, limits.IMPORT_NOTES_MAX, COLUMNS_MAX, ROW_LENGTH_MAX],
    [100_000, 64 * 1024 * 1024, 10_000, 200, 256 * 1024],
  )
  assert.equal(limits.IMPORT_PART_BYTES_MAX, BODY_BYTES_MAX, 'a part is a body')
  assert.deepEqual([CHECK_ROWS_AT_ONCE, APPLY_STEPS_AT_ONCE, EXPORT_AT_ONCE, EXPORTS_MAX], [200, 100, 200, 2])
  assert.deepEqual([IMPORT_POLL_MS, IMPORT_LEASE_MS, OLD_IMPORTS_DAYS], [1_000, 4_000, 30])
})
