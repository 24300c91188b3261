/**
 * Mutants written by hand. Each removes a protection: a limit, a condition of a query, a part of the shutdown. `test` is
 * the test file that must notice it. `npm run test:mutants -- --named` runs them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTest } from './run.ts'

const TEST_MS_MAX = 10 * 60_000

export type Named = {
  readonly what: string
  readonly path: string
  /** Occurs exactly once in the file (mutants.test.ts checks it). */
  readonly from: string
  readonly to: string
  readonly test: string
}

export const NAMED: readonly Named[] = [
  {
    what: 'shutdown does not report "not ready" first',
    path: 'service_kit/src/runtime/lifecycle.ts',
    from: 'each.startDraining()',
    to: 'void each',
    test: 'service_kit/test/runtime/lifecycle.test.ts',
  },
  {
    what: 'a draining service reports ready',
    path: 'service_kit/src/http/readiness.ts',
    from: 'if (isDraining) return { ready: false, why: SHUTTING_DOWN }',
    to: 'if (!SHUTTING_DOWN) return { ready: false, why: SHUTTING_DOWN }',
    test: 'service_kit/test/http/probes.test.ts',
  },
  {
    what: 'shutdown does not wait for load balancers',
    path: 'service_kit/src/runtime/lifecycle.ts',
    from: 'await sleep(drainDelayMs)',
    to: 'await sleep(0)',
    test: 'service_kit/test/runtime/lifecycle.test.ts',
  },
  {
    what: 'secrets are logged',
    path: 'service_kit/src/runtime/log.ts',
    from: "redact: { paths: REDACTED, censor: '[redacted]' },",
    to: '',
    test: 'service_kit/test/runtime/log_lines.test.ts',
  },
  {
    what: 'the circuit breaker does not call its listener after the pause',
    path: 'order_service/src/clients/circuit_breaker.ts',
    from: 'monotonic())\n    onHalfOpen()\n',
    to: 'monotonic())\n',
    test: 'order_service/test/clients/circuit_breaker.test.ts',
  },
  {
    what: 'a new order waits for a hanging call without end',
    path: 'order_service/src/domain/answer_wait.ts',
    from: 'cancel = after(ANSWER_WAIT_MS, proceed)',
    to: 'void ANSWER_WAIT_MS',
    test: 'order_service/test/domain/answer_wait.test.ts',
  },
  {
    what: 'a change of status does not wait for the answer under way',
    path: 'order_service/src/domain/change_order.ts',
    from: '  await ports.nextAnswer()\n',
    to: '',
    test: 'order_service/test/domain/answer_wait.test.ts',
  },
  {
    what: 'a circuit that becomes half open does not wake the settler',
    path: 'order_service/src/start_orders.ts',
    from: 'onCircuitHalfOpen: () => settler?.wake()',
    to: 'onCircuitHalfOpen: () => {}',
    test: 'order_service/test/settling.test.ts',
  },
  {
    what: 'a clock that was ahead between two rounds is never corrected',
    path: 'order_service/src/settler.ts',
    from: ' || time >= correctAgainAt',
    to: '',
    test: 'order_service/test/settling.test.ts',
  },
  {
    what: 'throttles are never purged',
    path: 'auth_service/src/maintenance.ts',
    from: '  await inBatches(deps, () => throttle.purge(deps.runtime.now, BATCH))\n',
    to: '',
    test: 'auth_service/test/maintenance.test.ts',
  },
  {
    what: 'a purge of throttles removes nothing (SQLite)',
    path: 'auth_service/src/storage/sqlite_throttle_store.ts',
    from: 'SELECT key FROM throttle WHERE forget_at <= ? OR forget_at > ? LIMIT ?',
    to: 'SELECT key FROM throttle WHERE 0 AND (forget_at <= ? OR forget_at > ?) LIMIT ?',
    test: 'auth_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'ended sessions are never purged',
    path: 'auth_service/src/maintenance.ts',
    from: '  await inBatches(deps, (now) => sessions.purge(now, BATCH))\n',
    to: '',
    test: 'auth_service/test/maintenance.test.ts',
  },
  {
    what: 'event streams without a total limit',
    path: 'order_service/src/http/order_event_routes.ts',
    from: 'createSlots(streamsMax)',
    to: 'createSlots(streamsMax * 1000)',
    test: 'order_service/test/http/order_event_routes.test.ts',
  },
  {
    what: 'event streams without a limit per user',
    path: 'order_service/src/http/order_event_routes.ts',
    from: 'max: STREAMS_PER_USER_MAX })',
    to: 'max: 10_000 })',
    test: 'order_service/test/http/order_event_routes.test.ts',
  },
  {
    what: 'events are sent without checking that the token is still valid',
    path: 'order_service/src/http/order_event_routes.ts',
    from: 'ifTokenValid(() => sendUpTo(current))',
    to: 'sendUpTo(current)',
    test: 'order_service/test/http/order_event_routes.test.ts',
  },
  {
    what: 'an idle stream outlives its token',
    path: 'order_service/src/http/order_event_routes.ts',
    from: 'every(TOKEN_CHECK_MS, () => ifTokenValid(() => {}))',
    to: 'every(TOKEN_CHECK_MS, () => {})',
    test: 'order_service/test/http/order_event_routes.test.ts',
  },
  {
    what: 'streams through the gateway without a total limit',
    path: 'storefront/src/clients/upstream.ts',
    from: 'createSlots(limits.streamsMax)',
    to: 'createSlots(1_000_000)',
    test: 'storefront/test/clients/upstream.test.ts',
  },
  {
    what: 'the cache of verified tokens has no limit',
    path: 'service_kit/src/identity/tokens.ts',
    from: 'cached.size >= TOKENS_CACHED_MAX',
    to: 'cached.size >= TOKENS_CACHED_MAX * 1000',
    test: 'service_kit/test/identity/tokens.test.ts',
  },
  {
    what: 'the cache of service tokens has no limit',
    path: 'service_kit/src/identity/service_tokens.ts',
    from: 'expiresAt.size >= TOKENS_CACHED_MAX',
    to: 'expiresAt.size >= TOKENS_CACHED_MAX * 1000',
    test: 'service_kit/test/identity/service_tokens.test.ts',
  },
  {
    what: 'the list of withdrawn tokens has no limit',
    path: 'service_kit/src/identity/withdrawn_tokens.ts',
    from: 'withdrawn.slice(0, WITHDRAWN_MAX).map(',
    to: 'withdrawn.map(',
    test: 'service_kit/test/identity/withdrawn_tokens.test.ts',
  },
  {
    what: 'the body of an answer that failed is not cancelled',
    path: 'service_kit/src/identity/published.ts',
    from: '    await answer.body?.cancel()\n',
    to: '',
    test: 'service_kit/test/identity/published.test.ts',
  },
  {
    what: 'published documents have no size limit',
    path: 'service_kit/src/identity/published.ts',
    from: 'bytes > PUBLISHED_BYTES_MAX)',
    to: 'bytes > PUBLISHED_BYTES_MAX * 1000)',
    test: 'service_kit/test/identity/published.test.ts',
  },
  {
    what: 'the queue of a batcher has no limit',
    path: 'service_kit/src/runtime/batching/isolating_batcher.ts',
    from: 'waiting() >= waitingMax',
    to: 'waiting() >= waitingMax * 1000',
    test: 'service_kit/test/runtime/batching/isolating_batcher.test.ts',
  },
  {
    what: 'a batch has no size limit',
    path: 'service_kit/src/runtime/batching/queue.ts',
    from: 'let most = itemsMax\n',
    to: 'let most = Number.POSITIVE_INFINITY\n',
    test: 'service_kit/test/runtime/batching/isolating_batcher.test.ts',
  },
  {
    what: 'the quarantine has no limit',
    path: 'service_kit/src/runtime/batching/quarantine.ts',
    from: 'known.size > max',
    to: 'known.size > max * 1000',
    test: 'service_kit/test/runtime/batching/isolating_batcher.test.ts',
  },
  {
    what: 'a commit has no limit of writes',
    path: 'service_kit/src/sqlite/commits.ts',
    from: '{ itemsMax: GROUP_MAX }',
    to: '{ itemsMax: GROUP_MAX * 1000 }',
    test: 'service_kit/test/sqlite/commits.test.ts',
  },
  {
    what: 'the queue of writes has no limit',
    path: 'service_kit/src/sqlite/commits.ts',
    from: 'waitingMax: WRITE_QUEUE_MAX',
    to: 'waitingMax: WRITE_QUEUE_MAX * 1000',
    test: 'service_kit/test/sqlite/store.test.ts',
  },
  {
    what: 'the reader connection may write',
    path: 'service_kit/src/sqlite/store.ts',
    from: 'PRAGMA query_only = ON; ',
    to: '',
    test: 'service_kit/test/sqlite/commits.test.ts',
  },
  {
    what: 'a reservation that ended is ended again (SQLite)',
    path: 'product_service/src/storage/sqlite_batches.ts',
    from: "WHERE seq = ? AND status = 'held'",
    to: 'WHERE seq = ?',
    test: 'product_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'a reservation that ended is ended again (MongoDB)',
    path: 'product_service/src/storage/mongo_effects.ts',
    from: "{ _id: orderId, status: 'held' }",
    to: '{ _id: orderId }',
    test: 'product_service/test/storage/mongo_effects.test.ts',
  },
  {
    what: 'units of ended reservations count as held (audit, SQLite)',
    path: 'product_service/src/storage/sqlite_audit_store.ts',
    from: "iif(r.status = 'held', -delta, 0)",
    to: '-delta',
    test: 'product_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'ended reservations are listed as held (audit, SQLite)',
    path: 'product_service/src/storage/sqlite_audit_store.ts',
    from: 'reading.many(rows).filter(isHeld)',
    to: 'reading.many(rows)',
    test: 'product_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'units of ended reservations count as held (audit, MongoDB)',
    path: 'product_service/src/storage/mongo_audit_store.ts',
    from: "status: 'held', 'lines.productId'",
    to: "'lines.productId'",
    test: 'product_service/test/storage/mongo_stores.test.ts',
  },
  {
    what: 'what was acknowledged before an election is not read after it (MongoDB)',
    path: 'service_kit/src/mongo/elections.ts',
    from: 'if (passed === last) return undefined',
    to: 'return undefined',
    test: 'simulation/test/mongo/stores.test.ts',
  },
  {
    what: 'reads of a snapshot ask for the read concern of the client (MongoDB)',
    path: 'service_kit/src/mongo/store.ts',
    from: '{ session, ...SNAPSHOT_READ }',
    to: '{ session } as never',
    test: 'service_kit/test/mongo/store.test.ts',
  },
  {
    what: 'a backup asks for the read concern of the client (MongoDB)',
    path: 'scripts/backup/mongo_backup.ts',
    from: '{ session, ...SNAPSHOT_READ, raw',
    to: '{ session, raw',
    test: 'simulation/test/mongo/backup.test.ts',
  },
  {
    what: 'indexes of a collection that does not exist are an error (MongoDB)',
    path: 'service_kit/src/mongo/indexes.ts',
    from: 'error.code === NAMESPACE_NOT_FOUND',
    to: 'error.code === -NAMESPACE_NOT_FOUND',
    test: 'service_kit/test/audit/mongo_log.test.ts',
  },
  {
    what: 'ended reservations are listed as held (audit, MongoDB)',
    path: 'product_service/src/storage/mongo_audit_store.ts',
    from: 'reading.many(found).filter(isHeld)',
    to: 'reading.many(found)',
    test: 'product_service/test/storage/mongo_stores.test.ts',
  },
  {
    what: 'only 300 common passwords are refused',
    path: 'auth_service/src/crypto/password_checks.ts',
    from: 'COMMON_PASSWORDS = 3_000',
    to: 'COMMON_PASSWORDS = 300',
    test: 'auth_service/test/crypto/password_checks.test.ts',
  },
  {
    what: 'a hash of fewer passes counts as strong enough',
    path: 'auth_service/src/crypto/argon2_hasher.ts',
    from: '        stored.passes < parameters.passes ||\n',
    to: '',
    test: 'auth_service/test/crypto/argon2_hasher.test.ts',
  },
  {
    what: 'a weaker hash is not replaced at login',
    path: 'auth_service/src/domain/accounts.ts',
    from: 'if (!hasher.outdated(account.passwordHash)) return',
    to: 'if (account) return',
    test: 'auth_service/test/http/sessions.test.ts',
  },
  {
    what: 'pages of a sibling domain can use the session cookie',
    path: 'storefront/src/http/same_origin.ts',
    from: "site !== 'same-origin')",
    to: "site !== 'same-origin' && site !== 'same-site')",
    test: 'storefront/test/http/same_origin.test.ts',
  },
  {
    what: 'a lone surrogate in a name is stored',
    path: 'product_service/src/http/product_write_routes.ts',
    from: 'body.name.toWellFormed()',
    to: 'body.name',
    test: 'product_service/test/http/routes.test.ts',
  },
  {
    what: 'a lone surrogate in a description is stored',
    path: 'product_service/src/http/product_write_routes.ts',
    from: 'body.description.toWellFormed()',
    to: 'body.description',
    test: 'product_service/test/http/routes.test.ts',
  },
  {
    what: 'a lone surrogate in a note is stored',
    path: 'product_service/src/http/stock_routes.ts',
    from: 'request.body.reason.toWellFormed()',
    to: 'request.body.reason',
    test: 'product_service/test/http/routes.test.ts',
  },
  {
    what: 'an entry of the audit log is stored after its change, on SQLite',
    path: 'service_kit/src/audit/sqlite_log.ts',
    from: 'return write(() => work((record) => add(entryOf(record))))',
    to: 'return write(() => work((record) => void write(() => add(entryOf(record)))))',
    test: 'service_kit/test/audit/sqlite_log.test.ts',
  },
  {
    what: 'a change is stored before its entry of the audit log, on MongoDB',
    path: 'service_kit/src/audit/mongo_log.ts',
    from: 'work({ session }, (',
    to: 'work({}, (',
    test: 'service_kit/test/audit/mongo_log.test.ts',
  },
  {
    what: 'changes of products have no entries in the audit log, on MongoDB',
    path: 'product_service/src/storage/mongo_ledger.ts',
    from: 'effects.flatMap(({ entries = [] }) => entries),',
    to: '[],',
    test: 'product_service/test/storage/mongo_stores.test.ts',
  },
  {
    what: 'an entry of the audit log may be replaced',
    path: 'auth_service/src/storage/migrations/0005_audit_log.adds.sql',
    from: 'WHEN EXISTS (',
    to: 'WHEN NOT EXISTS (SELECT 1) AND EXISTS (',
    test: 'service_kit/test/audit/sqlite_log.test.ts',
  },
  {
    what: 'the status that an admin gives to an order is not recorded',
    path: 'order_service/src/domain/notify_changes.ts',
    from: 'orders.save(stored, audited, tracking)',
    to: 'orders.save(stored)',
    test: 'order_service/test/http/audit_routes.test.ts',
  },
  {
    what: 'an admin who ships an order of their own is not recorded',
    path: 'order_service/src/domain/change_order.ts',
    from: "(userId === ownerOf(order) && to === 'cancelling')",
    to: '(userId === ownerOf(order))',
    test: 'order_service/test/http/audit_routes.test.ts',
  },
  {
    what: 'every unlocking is recorded, also one that changed nothing',
    path: 'auth_service/src/storage/sqlite_throttle_store.ts',
    from: 'if (removed > 0) record',
    to: 'record',
    test: 'auth_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'the same role given again is recorded',
    path: 'auth_service/src/storage/sqlite_user_store.ts',
    from: 'if (before !== role) record',
    to: 'record',
    test: 'auth_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'long texts of the audit log are not cut',
    path: 'service_kit/src/audit/entry.ts',
    from: 'if (text.length <= TEXT_LENGTH_MAX) return text',
    to: 'if (TEXT_LENGTH_MAX > 0) return text',
    test: 'service_kit/test/audit/sqlite_log.test.ts',
  },
  {
    what: 'the page of the log shows entries before newer ones that are not loaded',
    path: 'storefront/web/src/admin/log/merge.ts',
    from: '.filter(({ id }) => id >= horizon)',
    to: '',
    test: 'storefront/test/web/merge_log.test.ts',
  },
  {
    what: 'the client reads the audit log of products without a token',
    path: 'client/src/shop_client.ts',
    from: '(?<!\\/audit)',
    to: '',
    test: 'client/test/session.test.ts',
  },
  {
    what: 'old records are removed although the archive failed',
    path: 'service_kit/src/storage/retention.ts',
    from: 'await archive.add(source.kind, items)',
    to: 'await archive.add(source.kind, items).catch(() => {})',
    test: 'service_kit/test/storage/retention.test.ts',
  },
  {
    what: 'a clock that was set a year ahead removes young records',
    path: 'service_kit/src/storage/retention.ts',
    from: '(await mayBeWrong(at)) || ',
    to: '',
    test: 'service_kit/test/storage/retention.test.ts',
  },
  {
    what: 'lines in an archive file that was moved away count',
    path: 'service_kit/src/storage/archive.ts',
    from: 'await requireName(file)',
    to: 'void requireName',
    test: 'service_kit/test/storage/archive.test.ts',
  },
  {
    what: 'the sale of an order that is held goes into an opening balance',
    path: 'product_service/src/domain/compaction.ts',
    from: 'if (orderId !== null && holds(orderId)) runs.push([])\n    else if',
    to: 'void holds\n    if',
    test: 'product_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'a run that changed since it was archived is compacted',
    path: 'product_service/src/storage/sqlite_retention.ts',
    from: 'if (!isDeepStrictEqual(stored, run)) return 0',
    to: '',
    test: 'product_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'the audit reports a mismatch that it saw once',
    path: 'product_service/src/storage/mongo_audit_store.ts',
    from: 'if (sum === product.stock || sum === before) return sum',
    to: 'return sum',
    test: 'product_service/test/storage/mongo_audit_store.test.ts',
  },
  {
    what: 'an order is removed in whatever status it is',
    path: 'order_service/src/storage/sqlite_ended_orders.ts',
    from: 'version = ? AND status = ? AND due_at IS NULL',
    to: 'version = ? AND status <> ? AND due_at IS NULL',
    test: 'order_service/test/storage/sqlite_order_store.test.ts',
  },
  {
    what: 'a migration that only adds is recorded where the release before refuses it',
    path: 'service_kit/src/sqlite/migrations.ts',
    from: 'onlyAdds ? ADDITIONS : BREAKING',
    to: 'BREAKING',
    test: 'service_kit/test/sqlite/migrations.test.ts',
  },
  {
    what: 'a migration that another process applied meanwhile is applied again',
    path: 'service_kit/src/sqlite/migrations.ts',
    from: 'if (!compareSchema(db, migrations).missing.includes(migration)) return',
    to: 'void migration',
    test: 'service_kit/test/sqlite/migrations.test.ts',
  },
  {
    what: 'an unknown breaking migration of another process is not noticed before the next own one',
    path: 'service_kit/src/sqlite/migrations.ts',
    from: 'requireKnown(db, migrations, path)\n      if',
    to: 'if',
    test: 'service_kit/test/sqlite/migrations.test.ts',
  },
  {
    what: 'a migration may have any number',
    path: 'service_kit/src/sqlite/migrations.ts',
    from: 'if (Number(number) !== i + 1)',
    to: 'if (!number)',
    test: 'service_kit/test/sqlite/migrations.test.ts',
  },
  {
    what: 'an import moves stock that was set by hand in the same moment',
    path: 'product_service/src/imports/apply_step.ts',
    from: 'attempt, version: lookedUp }',
    to: 'attempt }',
    test: 'product_service/test/storage/sqlite_stores.test.ts',
  },
  {
    what: 'a line that never ends is read on and on',
    path: 'product_service/src/csv/read_csv.ts',
    from: 'if (length <= LINE_LENGTH_MAX) return text',
    to: 'if (length >= 0) return text',
    test: 'product_service/test/csv/read_csv.test.ts',
  },
  {
    what: 'an export ends after a minute at the gateway',
    path: 'storefront/src/clients/upstream.ts',
    from: "callClass === 'exports' ? limits.exportMs : limits.wholeMs",
    to: 'limits.wholeMs',
    test: 'storefront/test/clients/upstream.test.ts',
  },
  {
    what: 'the price of a draft counts as one that was asked for',
    path: 'product_service/src/domain/price_history.ts',
    from: 'const ended = !before.hidden && (isOther || after.hidden)',
    to: 'const ended = isOther || after.hidden',
    test: 'product_service/test/domain/details.test.ts',
  },
]

/** Prints a row for each. True if each was noticed by its test, and each test passes without a mutant. */
export async function testNamed(some: readonly Named[], tree: string): Promise<boolean> {
  console.log('| mutant | file | noticed by |\n| --- | --- | --- |')
  const passing = new Map<string, boolean>()
  let all = true
  for (const { what, path, from, to, test } of some) {
    const file = join(tree, path)
    const text = readFileSync(file, 'utf8')
    writeFileSync(
      file,
      text.replace(from, () => to),
    )
    const ending = await runTest(tree, test, TEST_MS_MAX)
    writeFileSync(file, text)
    if (!passing.has(test)) passing.set(test, (await runTest(tree, test, TEST_MS_MAX)) === 'passed')
    const noticed = ending === 'failed' && passing.get(test)!
    all &&= noticed
    const verdict = noticed ? '' : passing.get(test) ? `**not by** (${ending}) ` : '**fails without it** '
    console.log(`| ${what} | \`${path}\` | ${verdict}\`${test}\` |`)
  }
  return all
}
