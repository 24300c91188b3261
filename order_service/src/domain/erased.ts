/** What is left when the personal fields of an order, its returns, or a withdrawal are erased. Amounts, lines and taxes stay as they are. */
import type { Case } from './cases.ts'
import type { Address, Checkout } from './checkout.ts'
import { numberIn } from './withdrawals.ts'

/** In the place of a text that cannot be missing. It is no e-mail address. */
export const ERASED = '-'

/** Country and region say which taxes were due. */
const erasedAddress = ({ region, country }: Address): Address => ({
  ...{ name: ERASED, organization: null, lines: [], postalCode: '', city: ERASED },
  ...{ region, country, phone: null },
})

export const erasedCheckout = (checkout: Checkout): Checkout => ({
  ...checkout,
  email: ERASED,
  address: erasedAddress(checkout.address),
  billingAddress: checkout.billingAddress && erasedAddress(checkout.billingAddress),
})

export function erasedReturns(found: Case<'return'>, erasedAt: string): Case<'return'> {
  const returns = found.body.returns.map((each) => ({ ...each, reason: undefined, note: undefined }))
  return { ...found, body: { ...found.body, returns }, erasedAt }
}

export function erasedWithdrawal(found: Case<'withdrawal'>, erasedAt: string): Case<'withdrawal'> {
  const { statement } = found.body
  const number = numberIn(statement.orderNumber)
  return {
    ...found,
    subject: ERASED,
    body: {
      ...found.body,
      statement: {
        ...{ orderNumber: number === undefined ? ERASED : String(number), name: ERASED, email: ERASED },
        ...{ goods: undefined, language: statement.language },
      },
      note: undefined,
    },
    erasedAt,
  }
}
