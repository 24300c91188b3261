/** A case as a document of MongoDB. */
import type { AnyBulkWriteOperation, IndexDescription } from '@shop/service_kit/mongo/store'
import type { ConditionalUpdate } from '@shop/service_kit/mongo/writes'
import { type CaseRecord, readCase, recordOf, refundOwedIn } from '../domain/case_record.ts'
import type { Case, CaseKind } from '../domain/cases.ts'

export const CASES = 'cases'
export const CASES_UNPUBLISHED = 'cases_unpublished'

/** As `publishDue`: before every time. */
const AT_ONCE = ''

/** docs/operations.md says which query each serves. */
export const CASE_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [CASES]: [
    {
      name: 'cases_by_key',
      key: { kind: 1, key: 1 },
      unique: true,
      partialFilterExpression: { key: { $exists: true } },
    },
    { name: 'cases_by_state', key: { kind: 1, state: 1, _id: -1 } },
    { name: 'cases_by_subject', key: { kind: 1, subject: 1, _id: -1 } },
    { name: 'cases_to_erase', key: { kind: 1, state: 1, erasedAt: 1, _id: 1 } },
    { name: 'cases_due', key: { kind: 1, dueAt: 1 }, partialFilterExpression: { dueAt: { $exists: true } } },
    {
      name: 'cases_refund_owed',
      key: { refundOwedSince: 1 },
      partialFilterExpression: { refundOwedSince: { $exists: true } },
    },
    {
      name: CASES_UNPUBLISHED,
      key: { kind: 1, publishDue: 1, _id: 1 },
      partialFilterExpression: { publishDue: { $exists: true } },
    },
  ],
}

/** Fields that are undefined in the domain are absent; the id begins with the kind. */
export type CaseDocument = Omit<CaseRecord, 'id' | 'key' | 'dueAt' | 'erasedAt'> & {
  _id: string
  key?: string
  dueAt?: string
  erasedAt?: string
  refundOwedSince?: string
  /** Tokens of the writes that made each version after the first, by `v<number>`: they recognize a repeated write. */
  writes?: Record<string, string>
  /** Token of its last claim. */
  lease?: string
  publishedVersion: number
  /** While it has events that are not published: when it is their turn. */
  publishDue?: string
}

export const documentId = (kind: CaseKind, id: string): string => `${kind}:${id}`
export const idOf = (documentId: string): string => documentId.slice(documentId.indexOf(':') + 1)

export function caseDocument(found: Case): CaseDocument {
  const { id, key, dueAt, erasedAt, ...fields } = recordOf(found)
  const refundOwedSince = refundOwedIn(found)
  return {
    ...{ _id: documentId(found.kind, id), ...fields },
    ...(key === undefined ? {} : { key }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(erasedAt === undefined ? {} : { erasedAt }),
    ...(refundOwedSince === undefined ? {} : { refundOwedSince }),
    ...{ publishedVersion: 0, publishDue: AT_ONCE },
  }
}

export const toCase = ({ _id, ...fields }: CaseDocument): Case =>
  readCase({ key: undefined, dueAt: undefined, erasedAt: undefined, ...fields, id: idOf(_id) })

/** Saves the case over the version that it had; `token` differs from that of every other save. */
export function caseChange(found: Case, token: string): ConditionalUpdate {
  const { kind, id, state, body, version, fence, updatedAt, dueAt, attempts } = recordOf(found)
  const refundOwedSince = refundOwedIn(found)
  return {
    id: documentId(kind, id),
    condition: { version, fence },
    set: {
      ...{ state, body, version: version + 1, updatedAt, attempts, publishDue: AT_ONCE },
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(refundOwedSince === undefined ? {} : { refundOwedSince }),
    },
    unset: [
      ...(dueAt === undefined ? ['dueAt'] : []),
      ...(refundOwedSince === undefined ? ['refundOwedSince'] : []),
    ],
    token: { field: `v${version + 1}`, value: token },
  }
}

/** Erases its personal fields (Cases.erase). */
export function caseErasure(erased: Case) {
  const { kind, id, subject, body, erasedAt, version, fence } = recordOf(erased)
  const set = { subject, body, fence: fence + 1, ...(erasedAt === undefined ? {} : { erasedAt }) }
  return [{ _id: documentId(kind, id), version, fence }, { $set: set }] as const
}

export const claimCases = (
  due: readonly CaseDocument[],
  leaseUntil: string,
  lease: string,
): AnyBulkWriteOperation<CaseDocument>[] =>
  due.map(({ _id, version, fence, attempts, dueAt }) => ({
    updateOne: {
      filter: { _id, version, fence, dueAt: dueAt! },
      update: { $set: { dueAt: leaseUntil, fence: fence + 1, attempts: attempts + 1, lease } },
    },
  }))
