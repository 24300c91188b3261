/** The words for entries of the audit log. The services list the actions; one without words here is shown by its code. */
import { admin } from '../../language/admin_texts.ts'
import type { AdminTexts } from '../../language/en/admin.ts'
import { LOG_PARTS, type LogFilter, type LogPart } from '../queries.ts'

/** The actions of each part, in the order of the filter. Their texts are in the catalogue (language/en/admin_shop.ts). */
export const ACTIONS: Readonly<Record<LogPart, readonly Action[]>> = {
  accounts: [
    'account.role_changed',
    'account.created',
    'account.password_reset',
    'account.reset_link_made',
    'account.second_factor_removed',
    'account.unlocked',
    'account.deleted',
    'key.added',
    'key.withdrawn',
    'key.retired',
  ],
  products: [
    'product.price_changed',
    'stock.set',
    'stock.adjusted',
    'product.created',
    'product.edited',
    'product.deleted',
    'product.details_changed',
    'product.published',
    'product.hidden',
    'group.created',
    'group.edited',
    'group.published',
    'group.hidden',
    'group.deleted',
    'products.imported',
    'category.created',
    'category.edited',
    'category.moved',
    'category.deleted',
    'reservation.recovered',
    'shop.settings_changed',
  ],
  orders: ['order.status_changed', 'return.changed', 'withdrawal.closed', 'checkout.settings_changed'],
}
type Action = keyof AdminTexts['log']['actions']

export const isPart = (text: string): text is LogPart => (LOG_PARTS as readonly string[]).includes(text)

const textFor = (texts: Readonly<Record<string, string>>, code: string): string => texts[code] ?? code
export const actionLabel = (action: string): string => textFor(admin.log.actions, action)
/** Fields of products have the words of their form. */
export const fieldLabel = (field: string): string =>
  textFor(
    { ...admin.fields.labels, ...admin.log.fields },
    field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  )

/** What the page shows: the lists of these parts, each by the same filter. */
export type View = { readonly parts: readonly LogPart[]; readonly filter: LogFilter }

/** The address of the page has a kind (a part or an action), and an author or a subject. An action is the only filter. */
export function viewOf(address: URLSearchParams): View {
  const kind = address.get('kind') ?? ''
  const part = LOG_PARTS.find((each) => kind === each || ACTIONS[each].some((action) => action === kind))
  const parts = part === undefined ? LOG_PARTS : [part]
  const [by, subject] = [address.get('by'), address.get('of')]
  if (part !== undefined && kind !== part) return { parts, filter: { action: kind } }
  if (by !== null) return { parts, filter: { by } }
  return { parts, filter: subject === null ? {} : { subject } }
}
