/**
 * The money of a store: one currency, and how many digits its amounts count. Both are written down when the store is
 * made and never change, because amounts are stored as whole minor units: read with another number of digits each of
 * them would be another amount (invariant 9).
 *
 * A store made before digits were kept is given those it was made with (currencies.ts), whatever the list says now.
 */
import { digitsBeforeKept } from '../money/currencies.ts'
import { currencyDigits } from '../money/money.ts'
import { Problem } from '../runtime/problem.ts'

export type MoneyConfig = {
  readonly CURRENCY: string
  /** Of a store that is made now; without it what ISO 4217 says. A store that has others is refused. */
  readonly CURRENCY_DIGITS?: number | undefined
}

export type KeptMoney = { readonly currency: string; readonly digits: number | undefined }

export type StoreMoney = {
  readonly currency: string
  /** Digits of a store that is made now. */
  readonly digitsOfNew: number
  /** The digits of a store that knows none. Throws as `accept` does. */
  digitsToKeep(kept: KeptMoney): number
  /** Takes what the store keeps as the truth. Throws with a sentence an operator can act on if it is not ours. */
  accept(kept: KeptMoney): void
  /** Throws `store_unavailable` while the store was not reached yet. */
  digits(): number
}

/** `where` names the store to the operator. */
export function createStoreMoney({ CURRENCY, CURRENCY_DIGITS }: MoneyConfig, where: string): StoreMoney {
  let accepted: number | undefined
  const requireOurs = ({ currency }: KeptMoney) => {
    if (currency === CURRENCY) return
    throw new Error(
      `CURRENCY is ${CURRENCY}, but the prices in ${where} are ${currency}, and amounts can't be relabelled. Set CURRENCY=${currency}.`,
    )
  }
  return {
    currency: CURRENCY,
    digitsOfNew: CURRENCY_DIGITS ?? currencyDigits(CURRENCY),
    digitsToKeep(kept) {
      requireOurs(kept)
      return digitsBeforeKept(kept.currency) ?? currencyDigits(kept.currency)
    },
    accept(kept) {
      requireOurs(kept)
      const { digits } = kept
      if (!Number.isInteger(digits) || digits! < 0) {
        throw new Error(`The prices in ${where} have ${digits} digits after the point, which can't be.`)
      }
      if (CURRENCY_DIGITS !== undefined && CURRENCY_DIGITS !== digits) {
        throw new Error(
          `CURRENCY_DIGITS is ${CURRENCY_DIGITS}, but the prices in ${where} have ${digits}. Leave it out, or set CURRENCY_DIGITS=${digits}.`,
        )
      }
      accepted = digits
    },
    digits() {
      if (accepted === undefined) throw new Problem('store_unavailable', 'The store was not reached yet.')
      return accepted
    },
  }
}

/** Why the services would refuse a store that keeps this, as a sentence; undefined when they would not. */
export function faultOfKept(
  kept: KeptMoney | undefined,
  config: MoneyConfig,
  where: string,
): string | undefined {
  if (kept === undefined) return undefined
  const money = createStoreMoney(config, where)
  try {
    if (kept.digits === undefined) money.digitsToKeep(kept)
    else money.accept(kept)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
