/** The words for entries of the audit log. The services list the actions; one without words here is shown by its code. */
import type { LogEntry, LogPart } from '../queries.ts'

export const PARTS: Readonly<Record<LogPart, string>> = {
  accounts: 'Accounts and keys',
  products: 'Products and stock',
  orders: 'Orders',
}

/** In the order of the filter. */
export const ACTIONS: Readonly<Record<LogPart, Readonly<Record<string, string>>>> = {
  accounts: {
    'account.role_changed': 'Role changed',
    'account.created': 'First admin made',
    'account.password_reset': 'Password reset',
    'account.unlocked': 'Account unlocked',
    'account.deleted': 'Account deleted',
    'key.added': 'Signing key added',
    'key.withdrawn': 'Signing key withdrawn',
    'key.retired': 'Signing key retired',
  },
  products: {
    'product.price_changed': 'Price changed',
    'stock.set': 'Stock set',
    'stock.adjusted': 'Stock adjusted',
    'product.created': 'Product added',
    'product.edited': 'Product edited',
    'product.deleted': 'Product removed',
    'products.imported': 'Products imported',
    'reservation.recovered': 'Reservation restored',
  },
  orders: { 'order.status_changed': 'Order moved' },
}

const LABELS: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(ACTIONS))
export const actionLabel = ({ action }: Pick<LogEntry, 'action'>): string => LABELS[action] ?? action

export const FIELDS: Readonly<Record<string, string>> = {
  name: 'Name',
  description: 'Description',
  price: 'Price',
  stock: 'Stock',
  status: 'Status',
  role: 'Role',
  generation: 'Number',
  signs_from: 'Signs from',
  products: 'Products',
  password_version: 'Passwords so far',
  failed_login_records: 'Counts of failed logins',
}

/** A part, an action, or nothing: as in the address of the page. */
export type Kind = { readonly part: LogPart | undefined; readonly action: string | undefined }

export function kindOf(chosen: string): Kind {
  if (chosen in PARTS) return { part: chosen as LogPart, action: undefined }
  const part = (Object.keys(ACTIONS) as LogPart[]).find((each) => chosen in ACTIONS[each])
  return { part, action: part && chosen }
}
