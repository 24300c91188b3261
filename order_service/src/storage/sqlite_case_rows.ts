/** A case as a row of SQLite. */
import type { Row } from '@shop/service_kit/sqlite/rows'
import { readCase } from '../domain/case_record.ts'
import type { Case } from '../domain/cases.ts'

export const CASE_COLUMNS = `kind, id, state, subject, case_key, body, version, created_at, updated_at, due_at, attempts, fence, erased_at`

/** From the columns in the order of CASE_COLUMNS. */
export const toCase = (row: Row): Case =>
  readCase({
    ...{ kind: row[0], id: row[1], state: row[2], subject: row[3], key: row[4] ?? undefined, body: row[5] },
    ...{ version: Number(row[6]), createdAt: row[7], updatedAt: row[8], dueAt: row[9] ?? undefined },
    ...{ attempts: Number(row[10]), fence: Number(row[11]), erasedAt: row[12] ?? undefined },
  })
