/** An import as JSON. Separate from the operations, because problems contain imports too. */
import { Id, NullableString, Timestamp, Version } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import {
  IMPORT_PART_BYTES_MAX,
  IMPORT_STATES,
  type Import,
  type ImportNote,
  NOTE_KINDS,
} from '../domain/import.ts'
import { IMPORT_CODES, type ImportValue } from '../domain/import_texts.ts'

const Count = Type.Integer({ minimum: 0 })
const Code = Type.Enum([...IMPORT_CODES], {
  description: 'Names the text, for other languages. Absent in imports of earlier releases. More may come.',
})
const Values = Type.Unsafe<Record<string, ImportValue>>({
  type: 'object',
  additionalProperties: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
  description: 'What stands in the places of the text',
} as never)

const SheetView = Type.Object({
  format: Type.Enum(['own', 'shopify', 'google']),
  delimiter: Type.Enum([',', ';', '\t']),
  encoding: Type.Enum(['utf-8', 'utf-16le', 'utf-16be']),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      field: NullableString({ description: 'What it is read as; null if it is not used' }),
    }),
  ),
})

export const ImportView = Type.Object({
  id: Id,
  name: Type.String({ description: 'Of the file' }),
  state: Type.Enum(IMPORT_STATES),
  version: Version,
  created_at: Timestamp,
  created_by: Type.String(),
  updated_at: Timestamp,
  part_bytes: Type.Integer({ minimum: 1, description: 'Size of each part of the file but the last one' }),
  sheet: Type.Union([SheetView, Type.Null()]),
  checked: Type.Object(
    {
      ...{ rows: Count, created: Count, changed: Count, unchanged: Count },
      ...{ faults: Count, warnings: Count, conflicts: Count },
      stock_in: Type.Integer({ minimum: 0, description: 'Units that would be added' }),
      stock_out: Type.Integer({ minimum: 0, description: 'Units that would be removed' }),
    },
    { description: 'What the check found: products and groups that would be created or changed' },
  ),
  steps: Type.Integer({ minimum: 0, description: 'Products and groups to create or change' }),
  position: Type.Integer({ minimum: 0, description: 'How many of them were applied' }),
  applied: Type.Object({
    ...{ created: Count, changed: Count, unchanged: Count },
    conflicts: Type.Integer({
      minimum: 0,
      description: 'Changed by somebody after the check; left as they are',
    }),
    refused: Count,
    ...{ stock_in: Count, stock_out: Count },
  }),
  failure: NullableString({ description: 'Why the file as a whole cannot be read' }),
  failure_code: Type.Optional(Code),
  failure_values: Type.Optional(Values),
})
type ImportView = Static<typeof ImportView>

export const importView = ({ checked, applied, ...job }: Import): ImportView => ({
  ...{ id: job.id, name: job.name, state: job.state, version: job.version },
  ...{ created_at: job.createdAt, created_by: job.createdBy, updated_at: job.updatedAt },
  part_bytes: IMPORT_PART_BYTES_MAX,
  sheet: job.sheet && { ...job.sheet, columns: job.sheet.columns.map((column) => ({ ...column })) },
  checked: {
    ...{ rows: checked.rows, created: checked.created, changed: checked.changed },
    ...{ unchanged: checked.unchanged, faults: checked.faults, warnings: checked.warnings },
    ...{ conflicts: checked.conflicts, stock_in: checked.stockIn, stock_out: checked.stockOut },
  },
  ...{ steps: job.steps, position: job.position },
  applied: {
    ...{ created: applied.created, changed: applied.changed, unchanged: applied.unchanged },
    ...{ conflicts: applied.conflicts, refused: applied.refused },
    ...{ stock_in: applied.stockIn, stock_out: applied.stockOut },
  },
  failure: job.failure,
  ...(job.failureOf ? { failure_code: job.failureOf.code, failure_values: job.failureOf.values } : {}),
})

export const ImportNoteView = Type.Object({
  row: Type.Integer({ minimum: 1, description: 'As a spreadsheet counts' }),
  column: NullableString(),
  kind: Type.Enum(NOTE_KINDS),
  message: Type.String({ description: 'In English' }),
  code: Type.Optional(Code),
  values: Type.Optional(Values),
})

export const importNoteView = ({
  row,
  column,
  kind,
  message,
  code,
  values,
}: ImportNote): Static<typeof ImportNoteView> => ({
  ...{ row, column, kind, message },
  ...(code && values ? { code, values } : {}),
})
