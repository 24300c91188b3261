/** A store that reports each change that it has stored. */
import type { ChangeType } from './payment.ts'
import type { PaymentStore } from './ports.ts'

export const countChanges = (payments: PaymentStore, count: (type: ChangeType) => void): PaymentStore => ({
  ...payments,
  async addOnce(wanted) {
    const result = await payments.addOnce(wanted)
    if (result.added) count('opened')
    return result
  },
  async save(before, stored, audited) {
    const saved = await payments.save(before, stored, audited)
    // Changes of one save have one time.
    const { history, updatedAt } = stored.payment
    for (const { type, at } of history) if (at === updatedAt && type !== 'opened') count(type)
    return saved
  },
})
