/** Bugs outside the domain: in adapters, routes, clients, and in what connects them. */
import type { PlantedBug as Planted } from '../domain/planted_bugs.ts'

export type PlantedBug = Planted & {
  /** The level that finds it. */
  readonly level: string
  /** Faults that it shows after, and which its histories have often. */
  readonly often?: readonly string[]
}

const SEEDS = 60

const on = (
  level: string,
  name: string,
  path: string,
  from: string,
  to: string,
  { seeds = SEEDS, often = [] }: { readonly seeds?: number; readonly often?: readonly string[] } = {},
): PlantedBug => ({
  name,
  level,
  path,
  from,
  to,
  seeds,
  often,
})

/** The driver itself finds out most outcomes. */
const UNKNOWN_OUTCOMES = { often: ['the answer to a command is lost', 'the primary steps down'] }

const ORDERS = 'order_service/src'
const PRODUCTS = 'product_service/src'
const KIT = 'service_kit/src'

export const SHOP_BUGS: readonly PlantedBug[] = [
  on(
    'sqlite',
    'the list of one buyer has the orders of all',
    `${ORDERS}/storage/sqlite_order_store.ts`,
    "asAdded('user_id = ?1')",
    "asAdded('user_id <> ?1')",
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
    'if (stored && (actor.admin || isBuyer(actor, stored.order))) return stored',
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
    'sqlite',
    'the list of all orders comes reversed',
    `${ORDERS}/storage/sqlite_order_store.ts`,
    'WHERE id < ? ORDER BY id DESC LIMIT ?`)\n  const catchUp',
    'WHERE id < ? ORDER BY id ASC LIMIT ?`)\n  const catchUp',
  ),
  on(
    'sqlite',
    'the list of one buyer comes reversed',
    `${ORDERS}/storage/sqlite_order_store.ts`,
    'linkedTo(userId, count, at), count, addedAfter)',
    'linkedTo(userId, count, at), count, addedAfter).reverse()',
  ),
  on(
    'sqlite',
    'the number of an order changes with its status',
    `${ORDERS}/http/order_views.ts`,
    '{ number: order.number }',
    '{ number: order.number + order.version }',
  ),
  on(
    'sqlite',
    'a change of status is not in the audit log',
    `${ORDERS}/storage/sqlite_order_store.ts`,
    'if (changes === 1 && audited) record(audited.record)',
    "if (changes === 1 && audited?.by === '') record(audited.record)",
  ),
  on(
    'sqlite',
    'a change of status that was refused is in the audit log',
    `${ORDERS}/storage/sqlite_order_store.ts`,
    'if (changes === 1 && audited) record(audited.record)',
    'if (audited) record(audited.record)',
  ),
  on(
    'sqlite',
    'a change of role is not in the audit log',
    'auth_service/src/storage/sqlite_user_store.ts',
    'if (before !== role) record(roleChanged(id, before!, role))',
    'if (before === role) record(roleChanged(id, before!, role))',
  ),
  on(
    'sqlite',
    'a change of price is not in the audit log',
    `${PRODUCTS}/domain/audit.ts`,
    "    ...recordOf(subject, 'product.price_changed', flat(before), flat(after), 'priceMinor', 'compareAtMinor'),\n",
    '',
  ),
  on(
    'sqlite',
    'a product that was removed is sold',
    `${PRODUCTS}/domain/reserving.ts`,
    'if (product?.deletedAt !== null) return undefined',
    'if (product === undefined) return undefined',
  ),
  on(
    'sqlite',
    'a product that was removed stays in the catalogue',
    `${PRODUCTS}/storage/sqlite_pages.ts`,
    "const where = ['p.deleted_at IS NULL']",
    "const where = ['p.id IS NOT NULL']",
  ),
  on(
    'sqlite',
    'the pages of the ledger skip a movement',
    `${PRODUCTS}/storage/sqlite_stock_store.ts`,
    'next: [items[limit - 1]!.version]',
    'next: [found[limit]!.version]',
  ),
  on(
    'sqlite',
    'a new password is not stored',
    'auth_service/src/storage/sqlite_user_store.ts',
    'UPDATE users SET password_hash = ?, password_version',
    'UPDATE users SET password_hash = coalesce(password_hash, ?), password_version',
  ),
  on(
    'sqlite',
    'a login ends all sessions of its user',
    'auth_service/src/storage/sqlite_session_store.ts',
    'ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?)`)',
    'ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET min(0, ?))`)',
    // Few histories have a buyer with two sessions that uses the older one afterwards.
    { seeds: 200 },
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
    `${ORDERS}/storage/mongo_order_documents.ts`,
    '      unique: true,\n      partialFilterExpression: { idempotencyKey',
    '      unique: false,\n      partialFilterExpression: { idempotencyKey',
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
    '        if (done) return done',
    '        if (done && receipt === undefined) return done',
    UNKNOWN_OUTCOMES,
  ),
  on(
    'mongo',
    'a session is rotated whatever token it had, on MongoDB',
    'auth_service/src/storage/mongo_session_store.ts',
    '          { _id: id, tokenHash: from },',
    '          { _id: id },',
  ),
  on(
    'mongo',
    'the list of all orders comes reversed, on MongoDB',
    `${ORDERS}/storage/mongo_order_store.ts`,
    '.sort({ _id: -1 })',
    '.sort({ _id: 1 })',
  ),
  on(
    'mongo',
    'changes of products are not in the audit log',
    `${PRODUCTS}/storage/mongo_ledger.ts`,
    'effects.flatMap(({ entries = [] }) => entries)',
    'effects.slice(1).flatMap(({ entries = [] }) => entries)',
  ),
  on(
    'mongo',
    'a product that was removed is sold, on MongoDB',
    `${PRODUCTS}/domain/reserving.ts`,
    'if (product?.deletedAt !== null) return undefined',
    'if (product === undefined) return undefined',
  ),
  on(
    'mongo',
    'the ledger has no receipts',
    `${PRODUCTS}/storage/mongo_ledger.ts`,
    'await replaceReceipt(session, token)',
    'void replaceReceipt',
    UNKNOWN_OUTCOMES,
  ),
  on(
    'mongo',
    'the filter of the audit log is ignored',
    `${KIT}/audit/mongo_log.ts`,
    '.find({ ...matching(filter), _id: { $lt: at } })',
    '.find({ ...matching(undefined), _id: { $lt: at } })',
  ),
  on(
    'mongo',
    'a removed product stays in the catalogue, on MongoDB',
    `${PRODUCTS}/storage/mongo_product_documents.ts`,
    "'words', 'listed', 'inStock'",
    "'words', 'inStock'",
  ),
  on(
    'mongo',
    'a name may belong to two accounts',
    'auth_service/src/storage/mongo_user_documents.ts',
    'key: { canonicalName: 1 }, unique: true }',
    'key: { canonicalName: 1 }, unique: false }',
  ),
  on(
    'mongo',
    'a logout ends no session',
    'auth_service/src/domain/sessions.ts',
    'if (id !== undefined) await sessions.end(id)',
    '',
  ),
  on(
    'mongo',
    'a product that comes back is not in stock in the catalogue',
    `${PRODUCTS}/storage/mongo_effects.ts`,
    '{ $set: { ...set, inStock: true as const } }',
    '{ $set: set }',
  ),
]
