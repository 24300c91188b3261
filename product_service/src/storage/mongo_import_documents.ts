/** The documents of imports, and their indexes. */
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'

/** `job` is an import as JSON. */
export type ImportDocument = { _id: string; open?: true; version: number; updatedAt: string; job: string }
/** A step or a note, as JSON. Its id has those of the import and the attempt, and its number. */
export type ImportRecord = { _id: string; text: string }

const BY_ID: IndexDescription = { name: '_id_', key: { _id: 1 } }

/** Which query uses which index: docs/operations.md. */
export const IMPORT_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  imports: [
    { name: 'import_open', key: { open: 1 }, unique: true, partialFilterExpression: { open: true } },
    { name: 'imports_by_age', key: { updatedAt: 1, _id: 1 } },
  ],
  import_parts: [BY_ID],
  import_steps: [BY_ID],
  import_notes: [BY_ID],
}

export const importCollections = ({ collection }: Pick<MongoStore, 'collection'>) => ({
  imports: collection<ImportDocument>('imports'),
  importParts: collection<{ _id: string; content: Buffer }>('import_parts'),
  importSteps: collection<ImportRecord>('import_steps'),
  importNotes: collection<ImportRecord>('import_notes'),
})
