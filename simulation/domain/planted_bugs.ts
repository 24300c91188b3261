/** Bugs that the histories of the domain must find. Data alone: planted.ts reads it before any module under test is loaded. */

export type PlantedBug = {
  readonly name: string
  readonly path: string
  /** Occurs exactly once in the file. */
  readonly from: string
  readonly to: string
  /** It is found within so many seeds, from 1 on. */
  readonly seeds: number
}

const ORDERS = 'order_service/src/domain'
const AUTH = 'auth_service/src/domain'
const PRODUCTS = 'product_service/src/domain'
const ORDER_MODEL = 'simulation/domain/order_model.ts'
const STOCK_MODEL = 'simulation/domain/stock_model.ts'
const ACCOUNT_MODEL = 'simulation/domain/accounts/account_model.ts'
const SESSION_MODEL = 'simulation/domain/accounts/session_model.ts'

export const DOMAIN_BUGS: readonly PlantedBug[] = [
  {
    name: 'key not unique',
    path: ORDER_MODEL,
    from: 'if (known) return { stored: orders.get(known)!, added: false }',
    to: '',
    seeds: 50,
  },
  {
    name: 'save ignores the version',
    path: ORDER_MODEL,
    from: 'if (unchanged(claimOf(stored)) === undefined)',
    to: 'if (!orders.has(stored.order.id))',
    seeds: 50,
  },
  {
    name: 'no tombstone',
    path: `${PRODUCTS}/reserving.ts`,
    from: 'if (!recorded) return draft.save(tombstone(orderId, at))',
    to: 'if (!recorded) return tombstone(orderId, at)',
    seeds: 300,
  },
  {
    name: 'no fence',
    path: ORDER_MODEL,
    from: 'stored.schedule.fence === claim.fence',
    to: 'claim.fence >= 0',
    seeds: 300,
  },
  {
    name: 'a claim does not raise the fence',
    path: ORDER_MODEL,
    from: 'fence: fence + 1 }',
    to: 'fence }',
    seeds: 300,
  },
  {
    name: 'hold not idempotent',
    path: `${PRODUCTS}/reserving.ts`,
    from: '    if (recorded) return recorded\n    const reservation = decide',
    to: '    const reservation = decide',
    seeds: 50,
  },
  {
    name: 'due date lost',
    path: `${ORDERS}/settle_order.ts`,
    from: 'if (attempts === 0 && dueAt > at) await orders.reschedule([{ ...claimOf(stored), dueAt: at }])',
    to: 'if (attempts === 0 && dueAt > at) await orders.reschedule([{ ...claimOf(stored), dueAt: undefined }])',
    seeds: 50,
  },
  {
    name: 'answer before commit',
    path: ORDER_MODEL,
    from: "      write('added', stored)\n",
    to: "      queueMicrotask(() => stored.order.id.endsWith('7') || write('added', stored))\n",
    seeds: 100,
  },
  {
    name: 'price not checked',
    path: `${PRODUCTS}/reserving.ts`,
    from: "if (sum !== totalMinor) return reject({ reason: 'price_changed', totalMinor: sum })",
    to: '',
    seeds: 300,
  },
  {
    name: 'the price that the buyer named is recorded',
    path: `${PRODUCTS}/reserving.ts`,
    from: "return { ...decided, status: 'held', lines: reserved, totalMinor }",
    to: "return { ...decided, status: 'held', lines: reserved.map((line) => ({ ...line, unitPriceMinor: totalMinor })), totalMinor }",
    seeds: 50,
  },
  {
    name: 'stock not checked',
    path: `${PRODUCTS}/reserving.ts`,
    from: 'if (available < requested)',
    to: 'if (available === 0)',
    seeds: 50,
  },
  {
    name: 'a removed product is sold',
    path: `${PRODUCTS}/reserving.ts`,
    from: 'return product?.deletedAt === null ? product : undefined',
    to: 'return product',
    seeds: 300,
  },
  {
    name: 'released units are not returned',
    path: `${PRODUCTS}/reservation_draft.ts`,
    from: '{ stock: units, reserved: -units }',
    to: '{ stock: 0, reserved: -units }',
    seeds: 50,
  },
  {
    name: 'ship releases nothing',
    path: `${PRODUCTS}/reservation_draft.ts`,
    from: '{ stock: 0, reserved: -units }',
    to: '{ stock: 0, reserved: 0 }',
    seeds: 50,
  },
  {
    name: 'a release has no movement',
    path: `${PRODUCTS}/reservation_draft.ts`,
    from: "addMovement('release', after, units, orderId)",
    to: 'void after',
    seeds: 50,
  },
  {
    name: 'cancel allowed after shipped',
    path: `${ORDERS}/transitions.ts`,
    from: "if (to === 'cancelled' && (order.status === 'pending' || order.status === 'confirmed')) {\n    return requestCancel(order, by, now)",
    to: "if (to === 'cancelled' && order.status !== 'cancelled') {\n    return { ...order, ...{ status: 'cancelling' as const, history: [...order.history, { status: 'cancelling' as const, at: now.toISOString(), by }], updatedAt: now.toISOString() }, cancelledFrom: 'confirmed' } as Cancelling",
    seeds: 100,
  },
  {
    name: 'replay answers another order',
    path: ORDER_MODEL,
    from: 'const known = idempotencyKey && idByKey.get(keyOf(userId, idempotencyKey))',
    to: 'const known = idempotencyKey && idByKey.get(keyOf(userId, idempotencyKey)) && [...orders.keys()].at(-1)',
    seeds: 100,
  },
  {
    name: 'another body under the same key is accepted',
    path: `${ORDERS}/place_order.ts`,
    from: 'else if (!isSameRequest(stored.order, wanted)) throw keyReused(stored.order)',
    to: '',
    seeds: 50,
  },
  {
    name: "another's order can be read",
    path: `${ORDERS}/change_order.ts`,
    from: 'if (stored && (actor.admin || stored.order.userId === actor.userId)) return stored',
    to: 'if (stored) return stored',
    seeds: 50,
  },
  {
    name: 'a stock is set over a sale',
    path: `${PRODUCTS}/change_product.ts`,
    from: 'setsStock ? version === product.version :',
    to: '',
    seeds: 300,
  },
  {
    name: 'an edit is applied over another edit',
    path: `${PRODUCTS}/change_product.ts`,
    from: 'version >= product.editVersion && version <= product.version',
    to: 'version <= product.version',
    seeds: 300,
  },
  {
    name: 'an edit of the price is no edit',
    path: `${PRODUCTS}/change_product.ts`,
    from: ' || priceMinor !== product.priceMinor',
    to: '',
    seeds: 300,
  },
  {
    name: 'the stock falls below zero by an adjustment',
    path: `${PRODUCTS}/change_product.ts`,
    from: 'if (stock < 0) {',
    to: 'if (stock < -9) {',
    seeds: 100,
  },
  {
    name: 'an adjustment is made twice',
    path: STOCK_MODEL,
    from: 'if (key !== undefined) attempts.set(key, { movement, fingerprint: attempt!.fingerprint })',
    to: '',
    seeds: 100,
  },
  {
    name: 'a failed order is tried again too late',
    path: `${ORDERS}/settle_due.ts`,
    from: 'dueAt: isoAfter(\n        at,\n        Math.max(',
    to: 'dueAt: isoAfter(\n        at,\n        25_000 + Math.max(',
    seeds: 100,
  },
  {
    name: 'a changed clock leaves orders waiting',
    path: `${ORDERS}/settle_due.ts`,
    from: 'await orders.reschedule(tooFar.map((stored) => ({ ...claimOf(stored), dueAt })))',
    to: 'void dueAt',
    seeds: 300,
  },
  {
    name: 'a version that the author named is ignored',
    path: `${ORDERS}/change_order.ts`,
    from: 'if (expectedVersions?.includes(order.version) === false) throw conflict(order)',
    to: '',
    seeds: 300,
  },
  {
    name: 'an order is confirmed before its stock is held',
    path: `${ORDERS}/settle_order.ts`,
    from: 'const answer = await ports.reservations.hold(order)\n',
    to: "const answer = await ports.reservations.hold(order).catch(() => ({ status: 'held' as const, lines: order.lines.map((line) => ({ ...line, name: '', unitPriceMinor: order.totalMinor / line.quantity / order.lines.length })) }))\n",
    seeds: 50,
  },
  {
    name: 'an unanswered release counts as done',
    path: `${ORDERS}/settle_order.ts`,
    from: 'await ports.reservations.release(order)',
    to: 'await ports.reservations.release(order).catch(() => {})',
    seeds: 50,
  },
  {
    name: 'refresh family not revoked',
    path: `${AUTH}/sessions.ts`,
    from: "await sessions.end(session.id)\n  throw refused('It was used before",
    to: "throw refused('It was used before",
    seeds: 100,
  },
  {
    name: 'a used refresh token is accepted for ever',
    path: `${AUTH}/sessions.ts`,
    from: 'return now.getTime() - Date.parse(rotatedAt) <= REPLAY_WINDOW_MS',
    to: 'return true',
    seeds: 300,
  },
  {
    name: 'a replay makes another successor',
    path: `${AUTH}/sessions.ts`,
    from: 'refreshTokens.successor(presented, latest.salt!)',
    to: 'refreshTokens.successor(presented, refreshTokens.newSalt())',
    seeds: 50,
  },
  {
    name: 'two tabs log a user out',
    path: `${AUTH}/sessions.ts`,
    from: 'if (latest && isReplay(latest, presentedHash, now())) {',
    to: 'if (latest && session.tokenHash !== presentedHash && isReplay(latest, presentedHash, now())) {',
    seeds: 300,
  },
  {
    name: 'a rotation ignores which token is the newest',
    path: SESSION_MODEL,
    from: 'if (session?.tokenHash !== from) return false',
    to: 'if (session === undefined) return false',
    seeds: 50,
  },
  {
    name: 'logout forgets the session',
    path: `${AUTH}/sessions.ts`,
    from: 'if (id !== undefined) await sessions.end(id)',
    to: '',
    seeds: 200,
  },
  {
    name: 'a password of another version is replaced',
    path: ACCOUNT_MODEL,
    from: 'if (account?.passwordVersion !== fromVersion) return false',
    to: 'if (account === undefined) return false',
    seeds: 300,
  },
  {
    name: 'a changed role withdraws no tokens',
    path: ACCOUNT_MODEL,
    from: 'role, tokenVersion: account.tokenVersion + 1',
    to: 'role',
    seeds: 50,
  },
  {
    name: 'withdrawn tokens are published too late',
    path: `${AUTH}/withdrawals.ts`,
    from: 'now.getTime() -',
    to: 'now.getTime() - 10_000 +',
    seeds: 200,
  },
  {
    name: 'the last admins demote each other',
    path: ACCOUNT_MODEL,
    from: 'if (isLast) throw',
    to: 'if (isLast && users.list({ limit: 9 }).length > 9) throw',
    seeds: 50,
  },
  {
    name: 'throttle forgotten',
    path: `${AUTH}/throttled.ts`,
    from: 'if (pausedUntil) throw tooMany(pausedUntil, now())\n  const result',
    to: 'const result',
    seeds: 50,
  },
  {
    name: 'an attempt is counted after the password is checked',
    path: `${AUTH}/throttled.ts`,
    from: "const pausedUntil = await countAttempt(throttle, entries, now())\n  if (pausedUntil) throw tooMany(pausedUntil, now())\n  const result = await orRefund(throttle, entries, () => check(known ? 'known' : 'login'))\n",
    to: "const result = await orRefund(throttle, entries, () => check(known ? 'known' : 'login'))\n  const pausedUntil = await countAttempt(throttle, entries, now())\n  if (pausedUntil) throw tooMany(pausedUntil, now())\n",
    seeds: 50,
  },
  {
    name: 'names are compared as written',
    path: ACCOUNT_MODEL,
    from: 'if (named(canonicalUsername(account.username))) throw usernameTaken()',
    to: '',
    seeds: 50,
  },
  {
    name: 'a key is removed while its tokens are valid',
    path: `${AUTH}/signing_keys.ts`,
    from: 'return now.getTime() > signedUntil + ACCESS_TOKEN_TTL_SECONDS_MAX * 1000 + RETIRE_SLACK_MS',
    to: 'return now.getTime() > signedUntil',
    seeds: 300,
  },
  {
    name: 'two keys of one generation',
    path: ACCOUNT_MODEL,
    from: 'if (keyStore.list().some(({ generation }) => generation === key.generation)) return false',
    to: '',
    seeds: 50,
  },
  {
    name: 'a key signs at once',
    path: `${AUTH}/signing_keys.ts`,
    from: 'const signsFrom = timeAfter(now, PUBLISH_AHEAD_MS)',
    to: 'const signsFrom = timeAfter(now, 0)',
    seeds: 100,
  },
]
