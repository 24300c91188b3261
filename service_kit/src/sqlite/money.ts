/** The money of a SQLite store (storage/store_money.ts), in its table `settings`. */
import type { DatabaseSync } from 'node:sqlite'
import { faultOfKept, type KeptMoney, type MoneyConfig, type StoreMoney } from '../storage/store_money.ts'
import { openToLook } from './file.ts'
import type { SqliteStore } from './store.ts'

/** Why the services would refuse the store at `path`, as a sentence; undefined when they would not. Changes nothing. */
export function moneyFault(path: string, config: MoneyConfig): string | undefined {
  return faultOfKept(keptMoney(path), config, path)
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
