/**
 * Commands that write documents (long because the three share how a statement is applied).
 *
 * Invariants
 *  1. A statement changes one document at one moment, or not at all. Statements of one command are applied one after the other;
 *     other commands may come between, unless it is in a transaction.
 *  2. A command that is repeated with its transaction number changes nothing again, and is answered as the first time: each
 *     write is recorded together with its effect.
 */
import { ObjectId } from 'mongodb'
import { requiredBy, updated } from '../documents/updating.ts'
import { type Fields, keyOf } from '../documents/values.ts'
import { NotModelled, ServerFault, writeConflict } from '../errors.ts'
import { idOf, type View, type Write } from '../replication/branch.ts'
import { findIn, hinted } from './reads.ts'
import { type PrimaryRequest, requireKnown, requireKnownIn } from './request.ts'
import { recordOf, sessionWrite } from './session_records.ts'
import { duplicate, requireUnique } from './unique_keys.ts'

/** What a statement does, and what it reports. */
type Effect = { readonly write: Write | undefined; readonly report: Report }
type Report = { readonly n: number; readonly nModified?: number; readonly upserted?: unknown }
type Statement = {
  /** Decides from what is there. */
  plan(view: View): Effect
  /** Of many documents: of each the statement that changes it. */
  each?(view: View): Statement[]
}

export function insert(request: PrimaryRequest, pause: () => Promise<void>): Promise<Fields> {
  const { body, namespace } = request
  requireKnown(body, ['insert', 'documents', 'ordered', 'bypassDocumentValidation'])
  const statements = (body.documents as Fields[]).map(
    (document): Statement => ({
      plan(view) {
        const { _id = newObjectId(request), ...fields } = document
        const stored = { _id, ...fields }
        const id = idOf(stored)
        if (view.get(namespace, id)) throw duplicate(namespace, '_id_', { _id: 1 }, { _id })
        return { write: { namespace, id, document: stored }, report: { n: 1 } }
      },
    }),
  )
  return runAll(request, statements, pause)
}

export function update(request: PrimaryRequest, pause: () => Promise<void>): Promise<Fields> {
  requireKnown(request.body, ['update', 'updates', 'ordered', 'bypassDocumentValidation'])
  const statements = (request.body.updates as Fields[]).map((each): Statement => {
    requireKnownIn(each, 'an update', ['q', 'u', 'multi', 'upsert', 'hint'])
    const { q, u, multi, upsert, hint } = each as {
      q: Fields
      u: Fields
      multi?: boolean
      upsert?: boolean
      hint?: unknown
    }
    if (multi && upsert) throw new NotModelled('an upsert of many')
    const one = (filter: Fields): Statement => ({
      plan: (view) => updateOne(request, view, filter, u, hint, upsert === true),
    })
    return multi ? ofMany(request, q, one) : one(q)
  })
  return runAll(request, statements, pause)
}

function updateOne(
  request: PrimaryRequest,
  view: View,
  filter: Fields,
  change: Fields,
  hint: unknown,
  upsert: boolean,
): Effect {
  const { namespace } = request
  const before = firstOf(request, view, filter, hint)
  if (before) {
    const document = updated(before, change)
    if (document === before) return { write: undefined, report: { n: 1, nModified: 0 } }
    return { write: { namespace, id: idOf(before), document }, report: { n: 1, nModified: 1 } }
  }
  if (!upsert) return { write: undefined, report: { n: 0, nModified: 0 } }
  const { _id = newObjectId(request), ...fields } = updated(requiredBy(filter), change, true)
  const document = { _id, ...fields }
  const id = idOf(document)
  // The filter has more conditions than the id.
  if (view.get(namespace, id)) throw duplicate(namespace, '_id_', { _id: 1 }, { _id })
  return { write: { namespace, id, document }, report: { n: 1, nModified: 0, upserted: _id } }
}

export function remove(request: PrimaryRequest, pause: () => Promise<void>): Promise<Fields> {
  const { body, namespace } = request
  requireKnown(body, ['delete', 'deletes', 'ordered'])
  const statements = (body.deletes as Fields[]).map((each): Statement => {
    requireKnownIn(each, 'a deletion', ['q', 'limit', 'hint'])
    const one = (filter: Fields): Statement => ({
      plan(view) {
        const before = firstOf(request, view, filter, each.hint)
        if (!before) return { write: undefined, report: { n: 0 } }
        return { write: { namespace, id: idOf(before), document: undefined }, report: { n: 1 } }
      },
    })
    return each.limit === 0 ? ofMany(request, each.q as Fields, one) : one(each.q as Fields)
  })
  return runAll(request, statements, pause)
}

/** Each document that matches, one after the other; it is tried again when its turn comes. */
function ofMany(
  { namespace }: PrimaryRequest,
  filter: Fields,
  one: (filter: Fields) => Statement,
): Statement {
  return {
    plan: () => ({ write: undefined, report: { n: 0, nModified: 0 } }),
    each: (view) => findIn(view, namespace, filter).map(({ _id }) => one({ $and: [filter, { _id }], _id })),
  }
}

function firstOf(
  { reign, namespace }: PrimaryRequest,
  view: View,
  filter: Fields,
  hint: unknown,
): Fields | undefined {
  const index = hint === undefined ? undefined : hinted(reign.branch, namespace, hint)
  return findIn(view, namespace, filter).find((document) => !index || index.contains(document))
}

/** Runs the statements in order; `pause` between them. */
async function runAll(
  request: PrimaryRequest,
  statements: readonly Statement[],
  pause: () => Promise<void>,
): Promise<Fields> {
  const { body, transaction } = request
  const answer: Fields & { n: number } = { n: 0 }
  const errors: Fields[] = []
  const upserted: Fields[] = []
  if (body.update) answer.nModified = 0
  for (const [index, statement] of statements.entries()) {
    if (index > 0 && !transaction) await pause()
    try {
      for (const { n, nModified, upserted: _id } of await runOne(request, statement, index, pause)) {
        answer.n += n
        if (body.update) answer.nModified = (answer.nModified as number) + (nModified ?? 0)
        if (_id !== undefined) upserted.push({ index, _id })
      }
    } catch (error) {
      // In a transaction a conflict fails the command, any other error is one of the statement.
      if (!(error instanceof ServerFault) || error.labels.includes('TransientTransactionError')) throw error
      const { code, codeName, message, more } = error
      errors.push({ index, code, codeName, errmsg: message, ...more })
      if (transaction || body.ordered !== false) break
    }
  }
  if (upserted.length > 0) answer.upserted = upserted
  if (errors.length > 0) answer.writeErrors = errors
  return answer
}

async function runOne(
  request: PrimaryRequest,
  statement: Statement,
  index: number,
  pause: () => Promise<void>,
): Promise<Report[]> {
  const { reign, transaction } = request
  if (!statement.each) return [await applyOne(request, statement, index)]
  const reports: Report[] = []
  for (const each of statement.each(transaction?.view ?? reign.branch.at(reign.branch.last()))) {
    if (!transaction && reports.length > 0) await pause()
    reports.push(await applyOne(request, each, index))
  }
  return reports
}

async function applyOne(request: PrimaryRequest, statement: Statement, index: number): Promise<Report> {
  const { reign, transaction } = request
  const { branch, transactions } = reign
  if (transaction) {
    const { write, report } = statement.plan(transaction.view)
    if (!write) return report
    if (transactions.holding(write.namespace, write.id, write.document, transaction)) throw writeConflict()
    requireUnique(branch, write, transaction)
    transaction.put(write.namespace, write.id, write.document)
    return report
  }
  for (;;) {
    reign.requireRunning()
    const known = recordOf(request)?.results[index] as Report | undefined
    if (known) return known
    const { write, report } = statement.plan(branch.at(branch.last()))
    const holder = write && transactions.holding(write.namespace, write.id, write.document)
    if (holder) {
      await reign.during(holder.ended)
      continue
    }
    if (write) requireUnique(branch, write)
    const record = sessionWrite(request, index, report)
    const writes = [write, record].filter((each) => each !== undefined)
    if (writes.length > 0) reign.append(writes)
    return report
  }
}

/** The driver makes them for what it inserts; the server only for an upsert. */
const newObjectId = ({ reign, session }: PrimaryRequest): ObjectId =>
  new ObjectId(Buffer.from(`${reign.branch.last()} ${keyOf(session)}`.padEnd(12).slice(0, 12), 'latin1'))
