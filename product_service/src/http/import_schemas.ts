/** The operations on imports and exports. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import { Body, Id } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import Type from '@shop/service_kit/runtime/schema_types'
import {
  IMPORT_BYTES_MAX,
  IMPORT_NAME_LENGTH_MAX,
  IMPORT_PART_BYTES_MAX,
  IMPORT_PARTS_MAX,
  IMPORT_ROWS_MAX,
} from '../domain/import.ts'
import { IMPORT_LANGUAGES } from '../domain/import_languages.ts'
import { ImportNoteView, ImportView } from './import_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'imports')

export const PART_TYPE = 'application/octet-stream'

const ImportParams = Type.Object({ id: Id })
const READ_PROBLEMS = [...ADMIN_PROBLEMS, 'validation_failed', 'store_unavailable'] as const
const CHANGE_PROBLEMS = [...ADMIN_PROBLEMS, ...BODY_PROBLEMS, 'store_unavailable', 'overloaded'] as const

export const createImportOperation = operation({
  operationId: 'createImport',
  summary: `Begin an import of at most ${IMPORT_ROWS_MAX} rows and ${IMPORT_BYTES_MAX / 1024 / 1024} MiB; its file is sent in parts`,
  access: 'admin',
  body: Body({
    name: TextInput('line', { maxLength: IMPORT_NAME_LENGTH_MAX, description: 'Of the file' }),
  }),
  response: { 201: ImportView },
  problems: [...CHANGE_PROBLEMS, 'import_under_way'],
})

export const uploadImportPartOperation = operation({
  operationId: 'uploadImportPart',
  summary: `Store a part of the file: ${IMPORT_PART_BYTES_MAX} bytes, the last one less; repeating it is safe`,
  access: 'admin',
  consumes: [PART_TYPE],
  params: Type.Object({
    id: Id,
    number: Type.Integer({ minimum: 0, maximum: IMPORT_PARTS_MAX - 1, description: 'From 0' }),
  }),
  response: { 204: Type.Null() },
  problems: [...CHANGE_PROBLEMS, 'import_not_found', 'import_state_conflict'],
})

export const changeImportOperation = operation({
  operationId: 'changeImport',
  summary:
    'Check the file when all parts were sent (again after a check, too), start what was checked, or cancel',
  access: 'admin',
  params: ImportParams,
  body: Body({
    state: Type.Enum(['checking', 'applying', 'cancelled']),
    parts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: IMPORT_PARTS_MAX,
        description: 'For the first check: how many were sent',
      }),
    ),
    without_faulty: Type.Optional(
      Type.Boolean({ description: 'For `applying`: leave out the rows that have faults' }),
    ),
  }),
  response: { 200: ImportView },
  problems: [...CHANGE_PROBLEMS, 'import_not_found', 'import_state_conflict', 'import_has_faults'],
})

export const listImportsOperation = operation({
  operationId: 'listImports',
  summary: 'All imports, newest first',
  access: 'admin',
  querystring: Type.Object(PageQuery),
  response: { 200: PageOf(ImportView) },
  problems: [...READ_PROBLEMS, 'malformed_cursor'],
})

export const getImportOperation = operation({
  operationId: 'getImport',
  summary: 'An import, how far it is, and how its columns were understood',
  access: 'admin',
  params: ImportParams,
  response: { 200: ImportView },
  problems: [...READ_PROBLEMS, 'import_not_found'],
})

export const listImportNotesOperation = operation({
  operationId: 'listImportNotes',
  summary: 'Faults, warnings and conflicts by row',
  access: 'admin',
  params: ImportParams,
  querystring: Type.Object(PageQuery),
  response: { 200: PageOf(ImportNoteView) },
  problems: [...READ_PROBLEMS, 'import_not_found', 'malformed_cursor'],
})

export const getImportResultOperation = operation({
  operationId: 'getImportResult',
  summary: 'Faults, warnings and conflicts by row, as CSV',
  access: 'admin',
  params: ImportParams,
  querystring: Type.Object(
    { language: Type.Optional(Type.Enum([...IMPORT_LANGUAGES], { description: 'By default `en`' })) },
    { additionalProperties: false },
  ),
  produces: ['text/csv'],
  problems: [...READ_PROBLEMS, 'import_not_found'],
})

export const getCatalogueExportOperation = operation({
  operationId: 'getCatalogueExport',
  summary: 'All products and groups, drafts too, as CSV that can be imported again',
  access: 'admin',
  produces: ['text/csv'],
  problems: [...ADMIN_PROBLEMS, 'store_unavailable', 'overloaded'],
})
