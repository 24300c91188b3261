/**
 * What is copied, as SQL on the source and documents of the target: everything as it is, removed products and deleted
 * accounts too. Counts of failed logins are not copied: they expire within hours.
 */
import type { DatabaseSync } from 'node:sqlite'
import { eventDocument } from '@shop/notification_service/storage/mongo_event_log'
import { mailDocument } from '@shop/notification_service/storage/mongo_mail_store'
import {
  deliveryDocument,
  endpointDocument,
} from '@shop/notification_service/storage/mongo_webhook_documents'
import { EVENT_COLUMNS, eventOf } from '@shop/notification_service/storage/sqlite_event_log'
import { MAIL_COLUMNS, mailOf } from '@shop/notification_service/storage/sqlite_mail_store'
import {
  DELIVERY_COLUMNS,
  deliveryOf,
  ENDPOINT_COLUMNS,
  endpointOf,
} from '@shop/notification_service/storage/sqlite_webhook_rows'
import { caseDocument } from '@shop/order_service/storage/mongo_case_documents'
import { toDocument } from '@shop/order_service/storage/mongo_order_documents'
import { CASE_COLUMNS, toCase } from '@shop/order_service/storage/sqlite_case_rows'
import { COLUMNS as ORDER_COLUMNS, toOrder } from '@shop/order_service/storage/sqlite_order_rows'
import { toDocument as paymentDocument } from '@shop/payment_service/storage/mongo_payment_documents'
import {
  COLUMNS as PAYMENT_COLUMNS,
  toStored as toPayment,
} from '@shop/payment_service/storage/sqlite_payment_rows'
import { categoryDocument } from '@shop/product_service/storage/mongo_category_documents'
import {
  attemptId,
  mediaDocument,
  mediaUse,
  movementDocument,
  reservationDocument,
} from '@shop/product_service/storage/mongo_documents'
import { groupDocument } from '@shop/product_service/storage/mongo_group_documents'
import { productDocument } from '@shop/product_service/storage/mongo_product_documents'
import { CATEGORY_COLUMNS, categoryOf } from '@shop/product_service/storage/sqlite_category_store'
import { GROUP_COLUMNS, groupOf } from '@shop/product_service/storage/sqlite_groups'
import { COLUMNS as MEDIA_COLUMNS, mediaOf } from '@shop/product_service/storage/sqlite_media_records'
import { MOVEMENT_COLUMNS, movementOf } from '@shop/product_service/storage/sqlite_movements'
import {
  PRODUCT_COLUMNS,
  productOf,
  RESERVATION_COLUMNS,
  type Row,
  reservationOf,
} from '@shop/product_service/storage/sqlite_rows'
import { auditDocument } from '@shop/service_kit/audit/mongo_log'
import { AUDIT_COLUMNS, type AuditRow, auditEntryOf } from '@shop/service_kit/audit/sqlite_log'
import type { Row as OrderRow } from '@shop/service_kit/sqlite/rows'
import type { ServiceName } from '../services.ts'
import type { Database, Document, Kind } from './progress.ts'

type Source = {
  readonly what: string
  readonly collection: string
  readonly sql: string
  readonly documentOf: (row: Row) => object
  /** Removed from the target before: those that ended since an earlier attempt must not come back. */
  readonly anew?: boolean
}

const date = (ms: unknown) => (ms === null ? undefined : new Date(Number(ms)))
const LEDGER = 'FROM movements m JOIN products p ON p.seq = m.product_seq'

const AUDIT_LOG: Source = {
  what: 'entries of the audit log',
  collection: 'audit_log',
  sql: `SELECT ${AUDIT_COLUMNS} FROM audit_log ORDER BY id`,
  documentOf: (row) => auditDocument(auditEntryOf(row as AuditRow)),
}

/** The row as an object. */
const named = (columns: string, row: Row): Record<string, unknown> =>
  Object.fromEntries(columns.split(',').map((column, i) => [column.trim(), row[i]]))

const ACCOUNTS: readonly Source[] = [
  AUDIT_LOG,
  {
    what: 'users',
    collection: 'users',
    sql: `SELECT id, username, role, password_hash, created_at, password_version, canonical_name, role_changes,
            tokens_changed_at, deleted_at, email, verified_email FROM users ORDER BY id`,
    documentOf: ([_id, username, role, passwordHash, at, passwordVersion, canonicalName, ...rest]) => ({
      ...{ _id, username, role, passwordHash, createdAt: date(at), passwordVersion, canonicalName },
      roleChanges: rest[0] === 0 ? undefined : rest[0],
      tokensChangedAt: date(rest[1]),
      deletedAt: date(rest[2]),
      email: rest[3] ?? undefined,
      verifiedEmail: rest[4] ?? undefined,
    }),
  },
  {
    what: 'signing keys',
    collection: 'signing_keys',
    sql: 'SELECT kid, generation, x, d, signs_from, created_at FROM signing_keys ORDER BY generation',
    anew: true,
    documentOf: ([_id, generation, x, d, signsFrom, createdAt]) => ({
      ...{ _id, generation, jwk: { kty: 'OKP', crv: 'Ed25519', x, d } },
      signsFrom: date(signsFrom),
      createdAt: date(createdAt),
    }),
  },
  {
    what: 'sessions',
    collection: 'sessions',
    sql: `SELECT id, user_id, password_version, token_hash, previous_hash, salt, rotated_at, created_at, expires_at,
            client, second_factor FROM sessions ORDER BY id`,
    anew: true,
    documentOf: ([_id, userId, passwordVersion, tokenHash, previousHash, salt, rotatedAt, ...times]) => ({
      ...{ _id, userId, passwordVersion, tokenHash, previousHash, salt },
      rotatedAt: date(rotatedAt) ?? null,
      createdAt: date(times[0]),
      expiresAt: date(times[1]),
      client: times[2],
      secondFactor: Number(times[3]) === 1,
    }),
  },
  {
    what: 'credentials',
    collection: 'credentials',
    sql: 'SELECT id, kind, user_id, body, mark, created_at, expires_at FROM credentials ORDER BY id',
    anew: true,
    documentOf: ([_id, kind, userId, body, mark, createdAt, expiresAt]) => ({
      ...{ _id, kind, userId, body: JSON.parse(String(body)), mark, createdAt: date(createdAt) },
      expiresAt: date(expiresAt),
    }),
  },
  {
    what: 'deletions that order_service does not know',
    collection: 'deletions',
    sql: 'SELECT user_id, created_at, due_at, attempts, fence FROM deletions ORDER BY user_id',
    anew: true,
    documentOf: ([_id, createdAt, dueAt, attempts, fence]) => ({
      ...{ _id, createdAt: date(createdAt), dueAt: date(dueAt), attempts, fence },
    }),
  },
]

/** One document, if they were ever changed. */
const settings = (what: string, collection: string, _id: string): Source => ({
  ...{ what, collection },
  sql: `SELECT version, settings, updated_at FROM ${collection}`,
  documentOf: ([version, settings, updatedAt]) => ({
    ...{ _id, version, settings: JSON.parse(String(settings)), updatedAt, token: '' },
  }),
})

const PRODUCTS: readonly Source[] = [
  AUDIT_LOG,
  settings('settings of the shop', 'shop', 'shop'),
  {
    what: 'products',
    collection: 'products',
    sql: `SELECT ${PRODUCT_COLUMNS}, p.published_edit_version, p.published_version, p.product_publish_due,
            p.stock_publish_due FROM products p ORDER BY p.seq`,
    documentOf(row) {
      const [publishedEdit, publishedVersion, productDue, stockDue] = row
        .slice(-4)
        .map((each) => each ?? undefined)
      return { ...productDocument(productOf(row)), publishedEdit, publishedVersion, productDue, stockDue }
    },
  },
  {
    what: 'groups of variants',
    collection: 'groups',
    sql: `SELECT ${GROUP_COLUMNS} FROM groups g ORDER BY g.seq`,
    documentOf: (row) => groupDocument(groupOf(row)),
  },
  {
    what: 'slugs',
    collection: 'slugs',
    sql: 'SELECT slug, owner, of_group, of_category, current FROM slugs ORDER BY slug',
    documentOf: ([_id, owner, ofGroup, ofCategory, current]) => ({
      ...{ _id, owner },
      kind: ofGroup === 1 ? 'group' : ofCategory === 1 ? 'category' : 'product',
      current: current === 1,
    }),
  },
  {
    what: 'categories',
    collection: 'categories',
    sql: `SELECT ${CATEGORY_COLUMNS} FROM categories ORDER BY id`,
    documentOf: (row) => categoryDocument(categoryOf(row)),
  },
  {
    what: 'the tree of categories',
    collection: 'category_tree',
    sql: 'SELECT id, revision FROM category_tree',
    documentOf: ([_id, revision]) => ({ _id, revision }),
  },
  {
    what: 'movements',
    collection: 'movements',
    sql: `SELECT ${MOVEMENT_COLUMNS} ${LEDGER} ORDER BY m.product_seq, m.version`,
    documentOf: (row) => movementDocument(movementOf(row)),
  },
  {
    what: 'reservations',
    collection: 'reservations',
    sql: `SELECT ${RESERVATION_COLUMNS} FROM reservations r ORDER BY r.seq`,
    documentOf: (row) => reservationDocument(reservationOf(row)),
  },
  {
    what: 'pictures',
    collection: 'media',
    sql: `SELECT ${MEDIA_COLUMNS}, unused_since FROM media ORDER BY id`,
    documentOf: (row) => mediaDocument(mediaOf(row), row[8] as string | null),
  },
  {
    what: 'uses of pictures',
    collection: 'media_uses',
    sql: 'SELECT owner_id, media_id FROM media_uses ORDER BY owner_id, media_id',
    documentOf: ([owner, id]) => mediaUse(String(owner), String(id)),
  },
  {
    what: 'adjustments under a key',
    collection: 'attempts',
    sql: `SELECT ${MOVEMENT_COLUMNS}, m.idempotency_key ${LEDGER} WHERE m.idempotency_key IS NOT NULL
            ORDER BY m.product_seq, m.version`,
    documentOf: (row) => ({
      _id: attemptId(row[7] as string, row[10] as string),
      fingerprint: row[9],
      movement: movementOf(row),
    }),
  },
]

const CASES_OF_ORDERS: Source = {
  what: 'returns and withdrawals',
  collection: 'cases',
  sql: `SELECT ${CASE_COLUMNS}, published_version FROM cases ORDER BY kind, id`,
  documentOf(row) {
    const { publishDue, ...document } = caseDocument(toCase(row as OrderRow))
    const publishedVersion = Number(row.at(-1))
    return { ...document, publishedVersion, ...(document.version > publishedVersion ? { publishDue } : {}) }
  },
}

const ORDERS: readonly Source[] = [
  AUDIT_LOG,
  settings('settings of the checkout', 'checkout_settings', 'checkout'),
  {
    what: 'orders',
    collection: 'orders',
    sql: `SELECT ${ORDER_COLUMNS}, coalesce(published_version, 0) FROM orders ORDER BY id`,
    documentOf(row) {
      const { publishDue, ...document } = toDocument(toOrder(row as OrderRow))
      const publishedVersion = Number(row.at(-1))
      return { ...document, publishedVersion, ...(document.version > publishedVersion ? { publishDue } : {}) }
    },
  },
  CASES_OF_ORDERS,
  {
    what: 'deleted accounts whose orders are marked',
    collection: 'erasures',
    sql: 'SELECT user_id, at, due_at, passes FROM erasures ORDER BY user_id',
    anew: true,
    documentOf: ([_id, at, dueAt, passes]) => ({ _id, at, dueAt, passes }),
  },
]

const NOTIFICATIONS: readonly Source[] = [
  AUDIT_LOG,
  {
    what: 'events',
    collection: 'events',
    sql: `SELECT ${EVENT_COLUMNS} FROM events ORDER BY position`,
    documentOf: (row) => eventDocument(eventOf(row)),
  },
  {
    what: 'numbers of events',
    collection: 'aggregates',
    sql: 'SELECT aggregate, sequence FROM aggregates ORDER BY aggregate',
    documentOf: ([_id, sequence]) => ({ _id, sequence }),
  },
  {
    what: 'endpoints of webhooks',
    collection: 'endpoints',
    sql: `SELECT ${ENDPOINT_COLUMNS} FROM endpoints ORDER BY id`,
    documentOf: (row) => endpointDocument(endpointOf(named(ENDPOINT_COLUMNS, row))),
  },
  {
    what: 'deliveries',
    collection: 'deliveries',
    sql: `SELECT ${DELIVERY_COLUMNS}, log FROM deliveries ORDER BY endpoint_id, position`,
    documentOf: (row) =>
      deliveryDocument(deliveryOf(named(DELIVERY_COLUMNS, row)), JSON.parse(String(row.at(-1)))),
  },
  // Without the position: the log is read again, and mails are known by their ids.
  {
    what: 'mails',
    collection: 'outgoing_mails',
    sql: `SELECT ${MAIL_COLUMNS} FROM outgoing_mails ORDER BY id`,
    documentOf: (row) => mailDocument(mailOf(named(MAIL_COLUMNS, row))),
  },
]

const PAYMENTS: readonly Source[] = [
  {
    what: 'payments',
    collection: 'payments',
    sql: `SELECT ${PAYMENT_COLUMNS}, coalesce(published_version, 0) FROM payments ORDER BY order_id`,
    documentOf(row) {
      const { publishDue, ...document } = paymentDocument(toPayment(row))
      const publishedVersion = Number(row.at(-1))
      return { ...document, publishedVersion, ...(document.version > publishedVersion ? { publishDue } : {}) }
    },
  },
  {
    what: 'events of the payment provider',
    collection: 'payment_events',
    sql: 'SELECT event_id, at FROM inbox ORDER BY event_id',
    documentOf: ([_id, at]) => ({ _id, at }),
  },
  AUDIT_LOG,
]

/** For tests. */
export const sourcesOf = (service: ServiceName): readonly Source[] =>
  ({
    auth_service: ACCOUNTS,
    product_service: PRODUCTS,
    notification_service: NOTIFICATIONS,
    payment_service: PAYMENTS,
    order_service: ORDERS,
  })[service]

const kindsOf =
  (sources: readonly Source[]) =>
  (db: DatabaseSync, target: Database): readonly Kind[] =>
    sources.map(({ what, collection, sql, documentOf, anew = false }) => ({
      ...{ what, anew, collection: target.collection<Document>(collection) },
      total: Number(db.prepare(`SELECT count(*) AS n FROM (${sql})`).get()!.n),
      *documents() {
        const statement = db.prepare(sql)
        statement.setReturnArrays(true)
        for (const row of statement.iterate()) yield documentOf(row as unknown as Row) as Document
      },
    }))

export const accountKinds = kindsOf(ACCOUNTS)
export const productKinds = kindsOf(PRODUCTS)
export const notificationKinds = kindsOf(NOTIFICATIONS)
export const paymentKinds = kindsOf(PAYMENTS)
export const orderKinds = kindsOf(ORDERS)
