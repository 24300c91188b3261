/** The words for entries of the audit log. The services list the actions; one without words here is shown by its code. */
import { LOG_PARTS, type LogEntry, type LogFilter, type LogPart } from '../queries.ts'

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

/** What the page shows: the lists of these parts, each by the same filter. */
export type View = { readonly parts: readonly LogPart[]; readonly filter: LogFilter }

/** The address of the page has a kind (a part or an action), and an author or a subject. An action is the only filter. */
export function viewOf(address: URLSearchParams): View {
  const kind = address.get('kind') ?? ''
  const part = LOG_PARTS.find((each) => kind === each || Object.hasOwn(ACTIONS[each], kind))
  const parts = part === undefined ? LOG_PARTS : [part]
  const [by, subject] = [address.get('by'), address.get('of')]
  if (part !== undefined && kind !== part) return { parts, filter: { action: kind } }
  if (by !== null) return { parts, filter: { by } }
  return { parts, filter: subject === null ? {} : { subject } }
}
