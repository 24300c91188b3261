/** Imports in tests: a file is sent, checked and applied by a worker, as the routes and a replica do it. */
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { catalogueCsv } from '../src/csv/write_csv.ts'
import { requestedImport } from '../src/domain/change_import.ts'
import { IMPORT_PART_BYTES_MAX, type Import, newImport } from '../src/domain/import.ts'
import { createImportWorker, type ImportWorkerOptions, importPorts } from '../src/imports/import_worker.ts'
import { type AuditedStores, nextId, STAMP } from './worlds.ts'

export async function send(
  stores: AuditedStores,
  csv: string | Uint8Array,
  name = 'test.csv',
): Promise<Import> {
  const job = await stores.imports.create(newImport(nextId(), name, STAMP))
  const bytes = Buffer.from(csv as string)
  const parts = Math.max(1, Math.ceil(bytes.length / IMPORT_PART_BYTES_MAX))
  for (let number = 0; number < parts; number++) {
    const start = number * IMPORT_PART_BYTES_MAX
    await stores.imports.putPart(job.id, number, bytes.subarray(start, start + IMPORT_PART_BYTES_MAX))
  }
  return request(stores, job.id, { state: 'checking', parts })
}

export async function request(
  { imports }: AuditedStores,
  id: string,
  wanted: Parameters<typeof requestedImport>[1],
): Promise<Import> {
  const job = (await imports.find(id))!
  const stored = await imports.partsBelow(id, wanted.parts ?? job.parts)
  const after = requestedImport(job, wanted, stored, STAMP.at)
  if (after !== job && !(await imports.save(after))) throw new Error('the import changed meanwhile')
  return after
}

export const workerOf = (stores: AuditedStores, options: Partial<ImportWorkerOptions> = {}) =>
  createImportWorker({
    ...importPorts(stores, 'USD'),
    runtime: { ...systemRuntime, sleep: async () => {} },
    reached() {},
    onFailure(error) {
      throw error
    },
    ...options,
  })

/** What the check says: the import, and its notes as lines. */
export async function check(stores: AuditedStores, csv: string | Uint8Array, name?: string) {
  const { id } = await send(stores, csv, name)
  await workerOf(stores).work()
  return seen(stores, id)
}

export async function seen({ imports }: AuditedStores, id: string) {
  const job = (await imports.find(id))!
  const notes = await imports.notes(job, 0, 1_000)
  const lines = notes.map(
    ({ note: { row, kind, column, message } }) => `${row} ${kind} ${column ?? '-'}: ${message}`,
  )
  return { job, lines }
}

export async function apply(stores: AuditedStores, id: string, options: Partial<ImportWorkerOptions> = {}) {
  await request(stores, id, { state: 'applying', withoutFaulty: true })
  await workerOf(stores, options).work()
  return seen(stores, id)
}

/** Checked and applied. */
export const run = async (stores: AuditedStores, csv: string | Uint8Array, name?: string) =>
  apply(stores, (await check(stores, csv, name)).job.id)

export const exportOf = async (stores: AuditedStores): Promise<string> =>
  (await Array.fromAsync(catalogueCsv(stores))).join('')
