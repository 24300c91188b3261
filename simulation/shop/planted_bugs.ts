/** Bugs outside the domain: in adapters, routes, clients, and in what connects them. */
import type { PlantedBug as Planted } from '../domain/planted_bugs.ts'

export type PlantedBug = Planted & {
  /** The level that finds it. */
  readonly level: string
}

const SEEDS = 60

const on = (
  level: string,
  name: string,
  path: string,
  from: string,
  to: string,
  seeds = SEEDS,
): PlantedBug => ({
  name,
  level,
  path,
  from,
  to,
  seeds,
})

const ORDERS = 'order_service/src'
const PRODUCTS = 'product_service/src'
const KIT = 'service_kit/src'

export const SHOP_BUGS: readonly PlantedBug[] = [
  on(
    'sqlite',
    'the list of one buyer has the orders of all',
    `${ORDERS}/storage/sqlite_order_store.ts`,
    'WHERE user_id = ? ORDER BY rowid DESC LIMIT ?`)',
    'WHERE user_id <> ? ORDER BY rowid DESC LIMIT ?`)',
  ),
  on(
    'sqlite',
    'a write is answered although its commit failed',
    `${KIT}/sqlite/commits.ts`,
    `      requireFile()
    } catch (error) {
      return refuse(group, error)
    }
    if (failure`,
    `      requireFile()
    } catch {
      outcomes = group.map(() => succeeded(undefined))
    }
    if (failure`,
  ),
  on(
    'sqlite',
    'answers stay cached after a sale',
    `${PRODUCTS}/http/response_cache.ts`,
    'if (revisionBefore !== revisionSeen) {',
    'if (revisionSeen === undefined) {',
  ),
  on(
    'sqlite',
    'the owner of an order is not checked when it is read',
    `${ORDERS}/domain/change_order.ts`,
    'if (stored && (actor.admin || stored.order.userId === actor.userId)) return stored',
    'if (stored) return stored',
  ),
  on(
    'sqlite',
    'every caller is an admin',
    `${KIT}/identity/access.ts`,
    "if (access === 'admin' && principal.role !== 'admin') {",
    "if (access === 'admin' && principal.role === 'no one') {",
  ),
  on(
    'sqlite',
    'the client sends a new key with every attempt',
    'client/src/ordering.ts',
    "const params = { header: { 'idempotency-key': idempotencyKey } }",
    "const params = { header: { 'idempotency-key': newKey() } }",
  ),
  on(
    'sqlite',
    'an open circuit never lets a trial pass',
    `${ORDERS}/clients/circuit_breaker.ts`,
    "trialTimeout !== undefined || monotonic() < tryAgainAt ? 'open' : 'half_open'",
    "trialTimeout !== undefined || monotonic() > 0 ? 'open' : 'half_open'",
  ),
  on(
    'sqlite',
    'the settler ends after one failed round',
    `${ORDERS}/settler.ts`,
    '      onFault(fault)\n',
    '      stopped = true\n',
  ),
  on(
    'sqlite',
    'an adjustment is not remembered by its key',
    `${PRODUCTS}/storage/sqlite_stock_store.ts`,
    'const recorded = attempt && attempted.get(stamp.by, attempt.key)',
    "const recorded = attempt && attempted.get(stamp.by, '')",
  ),
  on(
    'sqlite',
    'a session is rotated whatever token it had',
    'auth_service/src/storage/sqlite_session_store.ts',
    'WHERE id = ? AND token_hash = ?`)',
    'WHERE id = ? AND ? IS NOT NULL`)',
  ),
  on(
    'sqlite',
    'the list of withdrawn tokens is ignored',
    `${KIT}/identity/withdrawn_tokens.ts`,
    'version < (least.get(userId) ?? 0),',
    'version < 0 && least.has(userId),',
  ),
  on(
    'sqlite',
    'a shipment is never recorded by product_service',
    `${ORDERS}/domain/settle_order.ts`,
    'await ports.reservations.ship(order)',
    'order satisfies Order',
  ),
  on(
    'sqlite',
    'the version that a change of status names is ignored',
    `${ORDERS}/domain/change_order.ts`,
    'if (expectedVersions?.includes(order.version) === false) throw',
    'if (expectedVersions?.includes(order.version) === undefined && actor === null) throw',
  ),
  on(
    'sqlite',
    'owners may ship their orders',
    `${ORDERS}/domain/change_order.ts`,
    "!actor.admin && to !== 'cancelled'",
    "!actor.admin && to === 'pending'",
  ),
  on(
    'mongo',
    'a write waits for no majority',
    `${KIT}/mongo/options.ts`,
    "  w: 'majority',\n  journal: true,\n  wtimeoutMS: COMMAND_MS,\n  readConcernLevel: 'majority',",
    "  w: 1,\n  journal: true,\n  wtimeoutMS: COMMAND_MS,\n  readConcernLevel: 'local',",
  ),
  on(
    'mongo',
    'keys are not unique',
    `${ORDERS}/storage/mongo_order_store.ts`,
    '      unique: true,\n',
    '      unique: false,\n',
  ),
  on(
    'mongo',
    'an order is saved whatever its version',
    `${ORDERS}/storage/mongo_order_documents.ts`,
    '    condition: { version, fence },',
    '    condition: {},',
  ),
  on(
    'mongo',
    'a transaction of unknown outcome is decided again',
    `${PRODUCTS}/storage/mongo_ledger.ts`,
    '      if (outcomeUnknown || decided.size > 0) {',
    '      if (receipt !== undefined && decided.size < 0) {',
  ),
  on(
    'mongo',
    'a session is rotated whatever token it had, on MongoDB',
    'auth_service/src/storage/mongo_session_store.ts',
    '          { _id: id, tokenHash: from },',
    '          { _id: id },',
  ),
]
