/** Charges: what a card or a bank account was asked for, as a part of a payment intent. */
import type { Bank } from './bank.ts'
import type { Stored } from './objects.ts'

export type Charge = Stored & {
  readonly amount: number
  readonly amount_captured: number
  readonly amount_refunded: number
  readonly captured: boolean
  readonly status: 'succeeded' | 'failed'
  readonly payment_intent: string
  readonly disputed: boolean
}

type Charged = Stored & {
  readonly amount: number
  readonly currency: string
  readonly metadata: Readonly<Record<string, string>>
}

export function createCharges({ objects, newId, now }: Bank) {
  const putCharge = (charge: Charge) => {
    objects.put(charge, { parent: charge.payment_intent })
    return charge
  }
  return {
    putCharge,
    newCharge: (intent: Charged, kind: 'card' | 'us_bank_account', fields: object): Charge =>
      putCharge({
        id: newId('ch'),
        object: 'charge',
        created: now(),
        amount: intent.amount,
        amount_captured: 0,
        amount_refunded: 0,
        balance_transaction: null,
        captured: false,
        currency: intent.currency,
        disputed: false,
        failure_code: null,
        livemode: false,
        metadata: intent.metadata,
        paid: true,
        payment_intent: intent.id,
        payment_method_details: { type: kind, [kind]: {} },
        refunded: false,
        status: 'succeeded',
        ...fields,
      } as Charge),
  }
}
