/**
 * Imports on MongoDB. What is added with an import is written before it, under the attempt that the import names: while the
 * import is not written, it is not read. Steps and notes are JSON texts, because names of attributes may be any text.
 */
import { isDuplicate, OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { Collection, MongoStore } from '@shop/service_kit/mongo/store'
import { DomainError } from '../domain/errors.ts'
import { type Import, type ImportNote, type ImportStep, isOpen } from '../domain/import.ts'
import type { Imports } from '../domain/import_ports.ts'
import { type ImportDocument, type ImportRecord, importCollections } from './mongo_import_documents.ts'

/** Records that one command removes. */
const REMOVED_AT_ONCE = 1_000
const NUMBER_DIGITS = 8

type Owner = Pick<Import, 'id' | 'attempt'>

export function createMongoImports(store: MongoStore): Imports {
  const { imports, importParts, importSteps, importNotes } = importCollections(store)
  const openOne = async () => jobOf(await imports.findOne({ open: true }))

  const put = async (records: Collection<ImportRecord>, documents: readonly ImportRecord[]) => {
    if (documents.length === 0) return
    await records.bulkWrite(
      documents.map((document) => ({
        replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true },
      })),
    )
  }
  const page = (records: Collection<ImportRecord>, owner: Owner, after: number, limit: number) =>
    store.repeat(() =>
      records
        .find({ _id: { $gt: recordId(owner, after), $lt: `${owner.id} ${owner.attempt}!` } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),
    )
  const removeAll = async (records: Collection<{ _id: string }>, id: string) => {
    for (;;) {
      const removed = await store.repeat(async () => {
        const found = await records
          .find({ _id: { $gt: `${id} `, $lt: `${id}!` } }, { projection: { _id: 1 } })
          .limit(REMOVED_AT_ONCE)
          .toArray()
        if (found.length > 0) await records.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } })
        return found.length
      })
      if (removed === 0) return
    }
  }

  return {
    create: (job) =>
      store.repeat(async () => {
        try {
          await imports.insertOne(documentOf(job))
          return job
        } catch (error) {
          if (!isDuplicate(error)) throw error
        }
        const current = await openOne()
        // By an earlier attempt, whose answer was lost.
        if (current?.id === job.id) return current
        if (!current) throw new OutcomeUnknown()
        throw new DomainError('import_under_way', `The import ${current.name} is not finished.`, { current })
      }),
    find: (id) => store.repeat(async () => jobOf(await imports.findOne({ _id: id }))),
    open: () => store.repeat(openOne),
    list: ({ after, limit }) =>
      store.repeat(async () => {
        const found = await imports
          .find(after ? { _id: { $lt: String(after[0]) } } : {})
          .sort({ _id: -1 })
          .limit(limit + 1)
          .toArray()
        const items = found.slice(0, limit).map((document) => jobOf(document)!)
        return { items, next: found.length > limit ? [items.at(-1)!.id] : undefined }
      }),
    putPart: (id, number, content) =>
      store.repeat(async () => {
        if (!(await imports.findOne({ _id: id }, { projection: { _id: 1 } }))) return
        const _id = partId(id, number)
        await importParts.replaceOne({ _id }, { content: Buffer.from(content) }, { upsert: true })
      }),
    part: (id, number) =>
      store.repeat(async () => {
        const found = await importParts.findOne({ _id: partId(id, number) }, { promoteBuffers: true })
        return found?.content as Uint8Array | undefined
      }),
    partsBelow: (id, count) =>
      store.repeat(() =>
        importParts.countDocuments({ _id: { $gte: partId(id, 0), $lt: partId(id, count) } }),
      ),
    save: (job, { steps = [], notes = [] } = {}) =>
      store.repeat(async () => {
        await put(
          importSteps,
          steps.map((step) => recordOf(job, step.number, step)),
        )
        await put(
          importNotes,
          notes.map(({ number, note }) => recordOf(job, number, note)),
        )
        const document = documentOf(job)
        const { matchedCount } = await imports.replaceOne({ _id: job.id, version: job.version - 1 }, document)
        if (matchedCount === 1) return true
        // By an earlier attempt, whose answer was lost.
        return (await imports.findOne({ _id: job.id }))?.job === document.job
      }),
    steps: async (owner, after, limit) =>
      (await page(importSteps, owner, after, limit)).map(({ text }) => JSON.parse(text) as ImportStep),
    notes: async (owner, after, limit) =>
      (await page(importNotes, owner, after, limit)).map(({ _id, text }) => ({
        number: Number(_id.slice(-NUMBER_DIGITS)),
        note: JSON.parse(text) as ImportNote,
      })),
    old: (before, after, limit) =>
      store.repeat(async () => {
        const [since, id] = after === undefined ? ['', ''] : (JSON.parse(after) as [string, string])
        const found = await imports
          .find({
            $and: [
              { updatedAt: { $lt: before } },
              { $or: [{ updatedAt: { $gt: since } }, { updatedAt: since, _id: { $gt: id } }] },
            ],
          })
          .sort({ updatedAt: 1, _id: 1 })
          .limit(limit)
          .toArray()
        const items = found.map((document) => jobOf(document)!)
        const last = items.at(-1)
        const next = last && items.length === limit ? JSON.stringify([last.updatedAt, last.id]) : undefined
        return { items, next }
      }),
    async remove(id, before) {
      const filter = { _id: id, updatedAt: { $lt: before } }
      if (!(await store.repeat(() => imports.findOne(filter)))) return false
      for (const records of [importSteps, importNotes, importParts]) await removeAll(records as never, id)
      return store.repeat(async () => (await imports.deleteOne(filter)).deletedCount === 1)
    },
  }
}

const partId = (id: string, number: number) => `${id} ${padded(number)}`
const recordId = ({ id, attempt }: Owner, number: number) => `${id} ${attempt} ${padded(number)}`
const padded = (number: number) => String(number).padStart(NUMBER_DIGITS, '0')
const recordOf = (owner: Owner, number: number, value: object): ImportRecord => ({
  _id: recordId(owner, number),
  text: JSON.stringify(value),
})

const documentOf = (job: Import): ImportDocument => ({
  _id: job.id,
  ...(isOpen(job) ? { open: true as const } : {}),
  version: job.version,
  updatedAt: job.updatedAt,
  job: JSON.stringify(job),
})

const jobOf = (document: ImportDocument | null): Import | undefined =>
  document ? (JSON.parse(document.job) as Import) : undefined
