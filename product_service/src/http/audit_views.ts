/** Changes of the audit log as JSON: prices leave as decimal strings, like everywhere. */
import type { AuditChange, AuditValue } from '@shop/service_kit/audit/entry'
import { formatMoney } from '@shop/service_kit/money/money'
import type { Prices } from './product_views.ts'

const PRICES = new Map([
  ['priceMinor', 'price'],
  ['compareAtMinor', 'compare_at_price'],
])

export const presentChange =
  ({ digits }: Prices) =>
  ({ field, before, after }: AuditChange): AuditChange => {
    const name = PRICES.get(field)
    if (name === undefined) return { field, before, after }
    const price = (value: AuditValue) => (typeof value === 'number' ? formatMoney(value, digits()) : value)
    return { field: name, before: price(before), after: price(after) }
  }
