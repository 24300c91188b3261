/**
 * The money of a store: one currency, and the number of digits of its amounts. Both are stored when the store is made, and
 * never change: amounts are integers of minor units, and with other digits each would be another amount (invariant 9).
 *
 * An old store without digits gets those that were valid when it was made (currencies.ts).
 */
import { digitsOfOldStore } from '../money/currencies.ts'
import { currencyDigits } from '../money/money.ts'
import { Problem } from '../runtime/problem.ts'

export type MoneyConfig = {
  readonly CURRENCY: string
  /** For a new store; by default those of ISO 4217. A store with other digits is refused. */
  readonly CURRENCY_DIGITS?: number | undefined
}

export type StoredMoney = { readonly currency: string; readonly digits: number | undefined }

export type StoreMoney = {
  readonly currency: string
  /** Digits of a new store. */
  readonly digitsOfNew: number
  /** Digits of an old store that has none stored. Throws as `accept` does. */
  digitsOfOld(stored: StoredMoney): number
  /** Accepts the stored money, or throws a message that says what the operator has to do. */
  accept(stored: StoredMoney): void
  /** Throws `store_unavailable` until `accept` was called. */
  digits(): number
}

/** `where` names the store to the operator. */
export function createStoreMoney({ CURRENCY, CURRENCY_DIGITS }: MoneyConfig, where: string): StoreMoney {
  let accepted: number | undefined
  const requireOurs = ({ currency }: StoredMoney) => {
    if (currency === CURRENCY) return
    throw new Error(
      `CURRENCY is ${CURRENCY}, but the prices in ${where} are ${currency}, and amounts can't be relabelled. Set CURRENCY=${currency}.`,
    )
  }
  return {
    currency: CURRENCY,
    digitsOfNew: CURRENCY_DIGITS ?? currencyDigits(CURRENCY),
    digitsOfOld(stored) {
      requireOurs(stored)
      return digitsOfOldStore(stored.currency) ?? currencyDigits(stored.currency)
    },
    accept(stored) {
      requireOurs(stored)
      const { digits } = stored
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

/** Why the services would refuse a store with this money, as a sentence; undefined if they would not. */
export function faultOfStored(
  stored: StoredMoney | undefined,
  config: MoneyConfig,
  where: string,
): string | undefined {
  if (stored === undefined) return undefined
  const money = createStoreMoney(config, where)
  try {
    if (stored.digits === undefined) money.digitsOfOld(stored)
    else money.accept(stored)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
