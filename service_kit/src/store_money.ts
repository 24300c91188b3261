/**
 * The money of a store: one currency, and how many digits its amounts count. Both are written down when the store is
 * made and never change, because amounts are stored as whole minor units: read with another number of digits each of
 * them would be another amount (invariant 9).
 *
 * A store made before digits were kept is given those it was made with (currencies.ts), whatever the list says now.
 */
import type { DatabaseSync } from 'node:sqlite'
import { digitsBeforeKept } from './currencies.ts'
import { currencyDigits } from './money.ts'
import { Problem } from './problem.ts'
import type { SqliteStore } from './sqlite.ts'
import { openToLook } from './sqlite_file.ts'

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

/** Why the services would refuse the store at `path`, as a sentence; undefined when they would not. Changes nothing. */
export function moneyFault(path: string, config: MoneyConfig): string | undefined {
  return faultOfKept(keptMoney(path), config, path)
}

/** The same of what a store keeps, which `where` names. */
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

/** Undefined of a store that is not there yet, or that can't be read: whoever opens it says why. */
function keptMoney(path: string): KeptMoney | undefined {
  let db: DatabaseSync | undefined
  try {
    db = openToLook(path)
    const kept = new Map(
      db
        .prepare('SELECT name, value FROM settings')
        .all()
        .map(({ name, value }) => [name, String(value)]),
    )
    const [currency, digits] = ['currency', 'currency_digits'].map((name) => kept.get(name))
    return currency === undefined
      ? undefined
      : { currency, digits: digits === undefined ? digits : Number(digits) }
  } catch {
    return undefined
  } finally {
    db?.close()
  }
}

/** In the table `settings`, which triggers guard. Rejects as `accept` throws; then nothing was written. */
export function keepMoney({ writer, write }: SqliteStore, money: StoreMoney): Promise<void> {
  const add = writer.prepare('INSERT INTO settings (name, value) VALUES (?, ?)')
  const find = writer.prepare('SELECT value FROM settings WHERE name = ?')
  const read = (name: string) => find.get(name)?.value
  return write(() => {
    if (read('currency') === undefined) {
      add.run('currency', money.currency)
      add.run('currency_digits', String(money.digitsOfNew))
    }
    const currency = String(read('currency'))
    if (read('currency_digits') === undefined) {
      add.run('currency_digits', String(money.digitsToKeep({ currency, digits: undefined })))
    }
    money.accept({ currency, digits: Number(read('currency_digits')) })
  })
}
