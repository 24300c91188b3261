/** `npm run import`: products from a CSV file, through the stores of product_service, while it runs or not (decision 49). */
import { appendFileSync, createReadStream, existsSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { guarded } from '@shop/product_service/csv/cells'
import { lines } from '@shop/product_service/csv/write_csv'
import { OPERATOR } from '@shop/product_service/domain/audit'
import { type ImportRequest, requestedImport } from '@shop/product_service/domain/change_import'
import {
  IMPORT_BYTES_MAX,
  IMPORT_NAME_LENGTH_MAX,
  IMPORT_NOTES_MAX,
  IMPORT_PART_BYTES_MAX,
  type Import,
  isOpen,
  isWorkedOn,
  type NumberedNote,
  newImport,
} from '@shop/product_service/domain/import'
import type { Stores } from '@shop/product_service/domain/ports'
import { createImportWorker, IMPORT_POLL_MS, importPorts } from '@shop/product_service/imports/import_worker'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { readArguments, refuse } from './arguments.ts'
import { summaryOf } from './import/summary.ts'
import { withProductStores } from './product_stores.ts'
import { createProgress } from './seed/progress.ts'

/** Notes that are read together. */
const NOTES_AT_ONCE = 1_000
/** Notes that are printed; `--result` has all. */
const NOTES_SHOWN_MAX = 20
/** Rows were left out. */
const EXIT_LEFT_OUT = 2

const { values, words } = readArguments(
  {
    name: 'npm run import',
    summary:
      'Creates and changes products by a CSV file: our own export, or one of Shopify or Google Merchant.',
    words: '[<file.csv>]',
    options: {
      'dry-run': { type: 'boolean', help: 'Check the file and say what would change; change nothing.' },
      yes: { type: 'boolean', help: 'Do not ask before anything is changed.' },
      'without-faulty': { type: 'boolean', help: 'Leave out the rows that have faults.' },
      continue: { type: 'boolean', help: 'Without a file: continue the import that is open.' },
      cancel: { type: 'boolean', help: 'Without a file: cancel the import that is open.' },
      result: { type: 'string', help: 'Write all faults and conflicts, by row, to this CSV file.' },
    },
    notes: [
      'It exits with 0 if all rows are as in the file, with 2 if some were left out, and otherwise with 1.',
      '  npm run import -- products.csv --dry-run',
      '  npm run import -- products.csv --yes --result faults.csv',
      'Run it with the environment of product_service (DATA_DIR, DATABASE_URL, CURRENCY).',
    ].join('\n'),
  },
  process.argv.slice(2),
)
const [file, ...more] = words
if (more.length > 0) refuse('Name one file.', '--help shows examples.')
if ((file === undefined) === !(values.continue || values.cancel)) {
  refuse('Name a file, or say --continue or --cancel without one.', '--help shows examples.')
}
if (file !== undefined) requireFile(file)
const print = (text: string) => void process.stdout.write(`${text}\n`)

await withProductStores(async (stores, { CURRENCY }) => {
  const { imports } = stores
  const worker = createImportWorker({
    ...importPorts(stores, CURRENCY),
    ...{ runtime: systemRuntime, reached() {}, onFailure() {} },
  })
  const open = await imports.open()
  if (values.cancel) {
    if (!open) refuse('No import is open.')
    await change(stores, open.id, { state: 'cancelled' })
    return print(`${open.name} is cancelled after ${open.position} of ${open.steps} steps.`)
  }
  if (file !== undefined && open) {
    refuse(
      `The import of ${open.name} is open (${open.state}).`,
      'npm run import -- --continue continues it, npm run import -- --cancel cancels it.',
    )
  }
  if (file === undefined && !open) refuse('No import is open.')
  const { id } = open ?? (await upload(stores, file!))
  /** Here, or in a replica that has the lease. */
  const finished = async (what: string, doneOf: (job: Import) => readonly [done: number, total: number]) => {
    let progress: ReturnType<typeof createProgress> | undefined
    const show = async () => {
      const job = (await imports.find(id))!
      const [done, total] = doneOf(job)
      if (total > 0) {
        progress ??= createProgress(process.stdout, total, what)
        progress.at(done)
      }
      return job
    }
    const watching = setInterval(() => void show().catch(() => {}), IMPORT_POLL_MS)
    try {
      for (;;) {
        await worker.work()
        const job = await show()
        if (!isWorkedOn(job)) return job
        await systemRuntime.sleep(IMPORT_POLL_MS)
      }
    } finally {
      clearInterval(watching)
    }
  }

  if (open?.state === 'uploading') {
    await change(stores, id, { state: 'cancelled' })
    refuse(`The upload of ${open.name} was not finished; it is cancelled now. Name its file again.`)
  }
  let job = await finished('steps', ({ state, position, steps }) =>
    state === 'applying' ? [position, steps] : [0, 0],
  )
  if (job.state === 'checked') {
    print(summaryOf(job))
    await printNotes(stores, job)
    if (values['dry-run'] || job.steps === 0) {
      await change(stores, id, { state: 'cancelled' })
      await writeResult(stores, job)
      print(values['dry-run'] ? 'Nothing was changed.' : 'There is nothing to change.')
      return leave(job)
    }
    if (job.checked.faults > 0 && !values['without-faulty']) {
      await change(stores, id, { state: 'cancelled' })
      await writeResult(stores, job)
      refuse(
        'Nothing was changed. Correct the file, or add --without-faulty to leave out the rows with faults.',
      )
    }
    if (!values.yes && !(await confirmed())) {
      await change(stores, id, { state: 'cancelled' })
      refuse('Nothing was changed. Add --yes to start without a question.')
    }
    await change(stores, id, { state: 'applying', withoutFaulty: true })
    job = await finished('steps', ({ position, steps }) => [position, steps])
    await printNotes(stores, job, IMPORT_NOTES_MAX)
  }
  await writeResult(stores, job)
  if (job.state !== 'done') refuse(job.failure ?? `The import is ${job.state}.`)
  const { created, changed, unchanged, conflicts, refused } = job.applied
  print(
    `Created ${created}, changed ${changed}, as wanted ${unchanged}, conflicts ${conflicts}, refused ${refused}.`,
  )
  leave(job)
})

function requireFile(path: string) {
  if (!existsSync(path)) refuse(`There is no file ${path}.`)
  const { size } = statSync(path)
  if (size > IMPORT_BYTES_MAX) refuse(`A file has at most ${IMPORT_BYTES_MAX} bytes; ${path} has ${size}.`)
}

async function upload(stores: Stores, path: string): Promise<Import> {
  const stamp = { by: OPERATOR, at: systemRuntime.now().toISOString() }
  const name = basename(path).slice(0, IMPORT_NAME_LENGTH_MAX).toWellFormed()
  const { id } = await stores.imports.create(newImport(systemRuntime.newId(), name, stamp))
  let parts = 0
  for await (const part of createReadStream(path, { highWaterMark: IMPORT_PART_BYTES_MAX })) {
    await stores.imports.putPart(id, parts, part as Buffer)
    parts += 1
  }
  if (parts === 0) {
    await change(stores, id, { state: 'cancelled' })
    refuse(`${path} is empty.`)
  }
  return change(stores, id, { state: 'checking', parts })
}

/** Again while a replica saves its progress meanwhile. */
async function change({ imports }: Stores, id: string, wanted: ImportRequest): Promise<Import> {
  for (;;) {
    const job = (await imports.find(id))!
    if (wanted.state === 'cancelled' && !isOpen(job)) return job
    const stored = await imports.partsBelow(id, wanted.parts ?? job.parts)
    const after = requestedImport(job, wanted, stored, systemRuntime.now().toISOString())
    if (after === job || (await imports.save(after))) return after
  }
}

async function printNotes({ imports }: Stores, job: Import, after = 0) {
  const notes = await imports.notes(job, after, NOTES_SHOWN_MAX + 1)
  for (const { note } of notes.slice(0, NOTES_SHOWN_MAX)) {
    const { row, kind, column, message } = note
    print(`row ${row}, ${kind}${column === null ? '' : `, ${column}`}: ${message}`)
  }
  if (notes.length > NOTES_SHOWN_MAX) print('… and more: --result <file> writes them all.')
}

async function writeResult({ imports }: Stores, job: Import) {
  if (values.result === undefined) return
  writeFileSync(values.result, `\ufeff${lines([['row', 'kind', 'column', 'message']])}`)
  for (let after: number | undefined = 0; after !== undefined; ) {
    const notes: readonly NumberedNote[] = await imports.notes(job, after, NOTES_AT_ONCE)
    const rows = notes.map(({ note }) => [String(note.row), note.kind, note.column ?? '', note.message])
    if (rows.length > 0) appendFileSync(values.result, lines(rows.map((row) => row.map(guarded))))
    after = notes.at(-1)?.number
  }
}

async function confirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const asking = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await asking.question('Start? [y/N] ')
  asking.close()
  return /^y(es)?$/i.test(answer.trim())
}

function leave({ checked, applied }: Import) {
  if (checked.faults + checked.conflicts + applied.conflicts + applied.refused > 0)
    process.exitCode = EXIT_LEFT_OUT
}
