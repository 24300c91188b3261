/** The route that reads the audit log of a service: `GET /audit/<what>`, for admins. */
import type { App } from '../http/app_types.ts'
import { ADMIN_PROBLEMS, operationsOf } from '../http/operation.ts'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
  PageOf,
  PageQuery,
} from '../http/paging.ts'
import { KIT_PROBLEMS } from '../http/problems.ts'
import { Id, NullableString, Timestamp } from '../http/schemas.ts'
import { Problem } from '../runtime/problem.ts'
import Type from '../runtime/schema_types.ts'
import { MESSAGE } from '../runtime/sentences.ts'
import {
  type AuditChange,
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  OPERATOR,
  SYSTEM,
} from './entry.ts'

const operation = operationsOf(KIT_PROBLEMS, 'audit log')

const Value = Type.Unsafe<string | number | null>({ type: ['string', 'number', 'null'] })
const FILTER = {
  pattern: '^[\\w-]{1,64}$',
  [MESSAGE]: 'must be an id',
}

const EntryView = Type.Object({
  id: Id,
  at: Timestamp,
  by: Type.String({
    description: `The id of an admin; \`${OPERATOR}\` for a command of the operator, \`${SYSTEM}\` for the service itself`,
  }),
  action: Type.String(),
  subject: Type.Object({
    type: Type.String(),
    id: Type.String(),
    name: NullableString({ description: 'Of a thing, at that time' }),
  }),
  changes: Type.Array(Type.Object({ field: Type.String(), before: Value, after: Value }), {
    description: 'Only the fields that differ; long texts are cut',
  }),
  note: NullableString({ description: 'The reason that was given' }),
  request_id: NullableString({ description: 'As in the log lines of the services' }),
})

const ENTRIES = PageOf(EntryView)
const LIST: CursorList = { name: 'audit log', key: ['id'] }

export type AuditRoutes = {
  /** The last part of the path, which differs from that of every other service. */
  readonly of: string
  readonly operationId: string
  readonly actions: readonly string[]
  readonly auditLog: AuditLog
  /** Money leaves as a decimal string. */
  readonly present?: (change: AuditChange) => AuditChange
}

export function auditRoutes({
  of,
  operationId,
  actions,
  auditLog,
  present = (change) => change,
}: AuditRoutes) {
  const listOperation = operation({
    operationId,
    summary: `What admins and operators changed: ${of}, newest first`,
    description:
      'An entry is stored together with its change, and is never changed or removed. Name at most one filter.',
    access: 'admin',
    querystring: Type.Object(
      {
        ...PageQuery,
        subject: Type.Optional(Type.String({ ...FILTER, description: 'The id of what was changed' })),
        by: Type.Optional(
          Type.String({ ...FILTER, description: `The id of an admin, \`${OPERATOR}\` or \`${SYSTEM}\`` }),
        ),
        action: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: [...actions] })),
      },
      { additionalProperties: false },
    ),
    response: { 200: ENTRIES },
    problems: ['validation_failed', 'malformed_cursor', ...ADMIN_PROBLEMS, 'store_unavailable'],
  })

  const view = ({ id, at, by, action, subject, changes, note, requestId }: AuditEntry) => ({
    ...{ id, at, by, action, subject },
    changes: changes.map(present),
    note,
    request_id: requestId,
  })

  return async (app: App) => {
    app.get(`/audit/${of}`, listOperation, async (request) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, ...filters } = request.query
      const [before] = (decodeCursor(cursor, LIST) ?? []) as [string?]
      const found = await auditLog.page({ filter: oneOf(filters), before, limit: limit + 1 })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items.map(view),
        next_cursor: found.length > limit && last ? encodeCursor([last.id], LIST) : null,
      }
    })
  }
}

function oneOf(filters: { subject?: string; by?: string; action?: string }): AuditFilter {
  const named = Object.entries(filters).filter(([, value]) => value !== undefined)
  if (named.length > 1) {
    const path = `/${named[1]![0]}`
    const message = `must be left out, because ${named[0]![0]} is a filter already`
    throw new Problem('validation_failed', `querystring${path}: ${message}`, {
      errors: [{ in: 'querystring', path, message }],
    })
  }
  return named.length === 0 ? undefined : (Object.fromEntries(named) as AuditFilter)
}
