/** The changes of admins in the databases of a shop on SQLite. */
import { MOVEMENTS, movementRecord, type Read } from '../../tests/system/store_records.ts'
import type { ChangeRecords, Entry } from './changes.ts'

const AUDIT_LOG = 'SELECT id, made_by, action, subject_id, changes FROM audit_log ORDER BY id'

export type ReadEach = { readonly accounts: Read; readonly products: Read; readonly orders: Read }

export const changeRecords = ({ accounts, products, orders }: ReadEach): ChangeRecords => ({
  entries: { accounts: entries(accounts), products: entries(products), orders: entries(orders) },
  accounts: accounts('SELECT id, role, role_changes FROM users').map((row) => ({
    id: String(row.id),
    role: String(row.role),
    roleChanges: Number(row.role_changes),
  })),
  products: products('SELECT id, stock, price_minor, edit_version, deleted_at FROM products').map((row) => ({
    id: String(row.id),
    stock: Number(row.stock),
    priceMinor: Number(row.price_minor),
    editVersion: Number(row.edit_version),
    removed: row.deleted_at !== null,
  })),
  movements: products(MOVEMENTS).map((row) => ({
    ...movementRecord(row),
    reason: String(row.reason),
    note: row.note as string | null,
    by: row.made_by as string | null,
  })),
  orders: orders('SELECT id, user_id, history FROM orders').map((row) => ({
    id: String(row.id),
    userId: String(row.user_id),
    history: JSON.parse(String(row.history)),
  })),
})

const entries = (read: Read): readonly Entry[] =>
  read(AUDIT_LOG).map((row) => ({
    id: String(row.id),
    by: String(row.made_by),
    action: String(row.action),
    subjectId: String(row.subject_id),
    changes: JSON.parse(String(row.changes)),
  }))
