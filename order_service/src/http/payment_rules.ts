import type { PaymentMethod } from '../domain/checkout.ts'

/** How orders are paid. `off`: not at all. `optional`: those with a quote. `required`: there are no others. */
export type PaymentRules = {
  readonly payments: 'off' | 'optional' | 'required'
  readonly methods: readonly PaymentMethod[]
}
