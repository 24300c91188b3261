/** The limits of imports that documents name, and what they do where a store does not matter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BODY_BYTES_MAX } from '@shop/service_kit/http/app'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { columnsOf } from '../src/csv/columns.ts'
import { COLUMNS_MAX, LINE_LENGTH_MAX, ROW_LENGTH_MAX, UnreadableFile } from '../src/csv/read_csv.ts'
import { FAMILY_ROWS_MAX, readRows, SPREADSHEET_ROWS_MAX } from '../src/csv/read_rows.ts'
import { EXPORT_AT_ONCE } from '../src/csv/write_csv.ts'
import * as limits from '../src/domain/import.ts'
import type { Lease } from '../src/domain/lease.ts'
import { EXPORT_STALLED_MS, EXPORTS_MAX } from '../src/http/import_routes.ts'
import { APPLY_STEPS_AT_ONCE } from '../src/imports/apply_import.ts'
import { ADJUSTMENTS_MAX } from '../src/imports/apply_step.ts'
import { CHECK_ROWS_AT_ONCE, type CheckPorts, checkImport } from '../src/imports/check_import.ts'
import { createImportWorker, IMPORT_LEASE_MS, IMPORT_POLL_MS } from '../src/imports/import_worker.ts'
import { createOldImports, OLD_IMPORTS_DAYS } from '../src/imports/old_imports.ts'

test('of imports', () => {
  assert.deepEqual(
    [limits.IMPORT_ROWS_MAX, limits.IMPORT_BYTES_MAX, limits.IMPORT_NOTES_MAX, COLUMNS_MAX, ROW_LENGTH_MAX],
    [100_000, 64 * 1024 * 1024, 10_000, 200, 256 * 1024],
  )
  assert.deepEqual([limits.IMPORT_PARTS_MAX, limits.IMPORT_NAME_LENGTH_MAX], [1_024, 100])
  assert.deepEqual([FAMILY_ROWS_MAX, LINE_LENGTH_MAX], [4_000, 512 * 1024])
  assert.equal(limits.IMPORT_PART_BYTES_MAX, BODY_BYTES_MAX, 'a part is a body')
  assert.deepEqual([CHECK_ROWS_AT_ONCE, APPLY_STEPS_AT_ONCE, EXPORT_AT_ONCE, EXPORTS_MAX], [200, 100, 200, 2])
  assert.deepEqual([ADJUSTMENTS_MAX, EXPORT_STALLED_MS], [10, 600_000])
  assert.deepEqual([IMPORT_POLL_MS, IMPORT_LEASE_MS, OLD_IMPORTS_DAYS], [1_000, 4_000, 30])
})

const AT = '2026-01-01T00:00:00.000Z'
const uploaded = (): limits.Import => ({
  ...limits.newImport('1', 'a.csv', { by: 'root', at: AT }),
  ...{ state: 'checking', parts: 1 },
})

/** The check of a file whose rows all have a fault, so that nothing is looked up; where it stores, nothing is stored. */
async function checkedFaults(rows: number, behind = '') {
  const kept: number[] = []
  let last = uploaded()
  const imports = {
    part: async () => Buffer.from(`sku,name\n${',x\n'.repeat(rows)}${behind}`),
    save: async (job: limits.Import, { notes = [] }: { notes?: readonly limits.NumberedNote[] } = {}) => {
      kept.push(...notes.map(({ number }) => number))
      last = job
      return true
    },
  }
  const ports = {
    imports,
    categories: { tree: async () => ({ categories: [] }) },
    money: () => ({ currency: 'USD', digits: 2 }),
    runtime: systemRuntime,
    mayContinue: async () => true,
  }
  await checkImport(uploaded(), ports as unknown as CheckPorts)
  return { kept, job: last }
}

test('a file has so many rows, and so many notes are kept; the others are counted', async () => {
  const { job, kept } = await checkedFaults(limits.IMPORT_ROWS_MAX)
  assert.deepEqual([job.state, job.checked.rows], ['checked', limits.IMPORT_ROWS_MAX])
  assert.equal(job.checked.faults, limits.IMPORT_ROWS_MAX)
  assert.deepEqual([kept.length, kept.at(-1)], [limits.IMPORT_NOTES_MAX, limits.IMPORT_NOTES_MAX])
  const more = await checkedFaults(limits.IMPORT_ROWS_MAX + 1)
  assert.deepEqual(
    [more.job.state, more.job.failure, more.job.failureOf],
    [
      ...['failed', 'The file has more than 100000 rows. Split it.'],
      { code: 'file_too_many_rows', values: { max: limits.IMPORT_ROWS_MAX } },
    ],
  )
})

test('blank rows are none, up to those of a spreadsheet', async () => {
  const { job, kept } = await checkedFaults(1, '\n ,\n'.repeat(300))
  assert.deepEqual([job.state, job.checked.rows, kept], ['checked', 1, [1]])
  assert.equal(SPREADSHEET_ROWS_MAX, 2 ** 20)
  const names = ['sku', 'name', 'status']
  const rows = [[''], ['T-1', 'Tea', 'constructor'], ['', ' '], ['e\u0301', 'Tea']]
  const read = async (rowsMax: number) => {
    const { fields, format } = columnsOf(names)
    const options = { ...{ names, fields, format, rowsMax }, ...{ currency: 'USD', digits: 2 } }
    const found = await Array.fromAsync(readRows(rows.values() as never, options))
    return found.flatMap((each) => each.read)
  }
  const [faulty, good] = await read(5)
  assert.deepEqual(
    faulty!.notes.map(({ row, code }) => [row, code]),
    [[3, 'status_invalid']],
  )
  const { wish } = good!
  assert.equal(wish?.of === 'product' && wish.fields.details.sku, '\u00e9', 'in NFC')
  await assert.rejects(read(4), UnreadableFile)
})

test('an attribute has no name that no JSON body may have, for its product could not be edited', async () => {
  const names = ['sku', 'name', 'attributes']
  const rows = ['__proto__: x', 'constructor: x'].map((text, i) => [`T-${i}`, 'Tea', text])
  const { fields, format } = columnsOf(names)
  const options = { names, fields, format, rowsMax: 5, currency: 'USD', digits: 2 }
  const found = await Array.fromAsync(readRows(rows.values() as never, options))
  assert.deepEqual(
    found.flatMap(({ read }) => read).map(({ notes }) => notes.map(({ code }) => code)),
    [['lines_invalid'], []],
  )
})

test('the rows of one handle are kept together up to a number', async () => {
  const names = ['Handle', 'Title', 'Option1 Name', 'Option1 Value', 'Variant Price']
  const { fields, format } = columnsOf(names)
  const familyOf = async (count: number) => {
    const rows = (async function* () {
      for (let i = 0; i < count; i++) yield ['shirt', 'Shirt', 'Size', `${i}`, '3']
    })()
    const read = []
    const options = { names, fields, format, currency: 'USD', digits: 2 }
    for await (const each of readRows(rows, options)) read.push(...each.read)
    return read.flatMap(({ notes }) => notes.map(({ code }) => code))
  }
  assert.ok(!(await familyOf(FAMILY_ROWS_MAX)).includes('rows_apart'))
  assert.deepEqual((await familyOf(FAMILY_ROWS_MAX + 1)).slice(-1), ['rows_apart'])
})

test('an old import is removed, unless it is worked on or was started meanwhile', async () => {
  const removed: string[] = []
  const stale = new Set(['started'])
  const source = createOldImports({
    save: async (job: limits.Import) =>
      job.state === 'cancelled' && job.updatedAt === AT && !stale.has(job.id),
    remove: async (id: string) => removed.push(id) > 0,
  } as never)
  const job = (id: string, state: limits.ImportState): limits.Import => ({ ...uploaded(), id, state })
  const items = [
    ...[job('checking', 'checking'), job('applying', 'applying'), job('done', 'done')],
    ...[job('forgotten', 'uploading'), job('started', 'checked'), job('checked', 'checked')],
  ]
  assert.equal(await source.remove(items), 3)
  assert.deepEqual(removed, ['done', 'forgotten', 'checked'])
})

test('another worker continues when the lease of one that died has ended, and one that lives keeps its own', async () => {
  let [now, owner, until] = [0, '', 0]
  const lease: Lease = {
    async take(who, at, end) {
      if (owner !== who && until > at.getTime()) return false
      owner = who
      until = end.getTime()
      return true
    },
    end: async () => new Date(until),
  }
  const worker = (mayEnd: Promise<void>) => {
    const imports = {
      open: async () => ({ ...uploaded(), state: 'applying' }),
      // A batch that never ends is a process that died.
      steps: () => mayEnd.then(() => []),
      save: async () => true,
    }
    const runtime = {
      ...systemRuntime,
      now: () => new Date(now),
      monotonic: () => now,
      sleep: async () => {},
    }
    return createImportWorker({ imports, lease, runtime, reached() {}, onFailure() {} } as never)
  }
  void worker(new Promise(() => {})).work()
  await new Promise((resolve) => setImmediate(resolve))
  const other = worker(Promise.resolve())
  now = IMPORT_LEASE_MS - 1
  assert.equal(await other.work(), false)
  now = IMPORT_LEASE_MS
  assert.equal(await other.work(), true)
})
