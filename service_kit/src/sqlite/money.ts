/** The money of a SQLite store (storage/store_money.ts), in its table `settings`. */
import type { DatabaseSync } from 'node:sqlite'
import { faultOfStored, type MoneyConfig, type StoredMoney, type StoreMoney } from '../storage/store_money.ts'
import { openReadOnly } from './file.ts'
import type { SqliteStore } from './store.ts'

/** Why the services would refuse the store at `path`, as a sentence; undefined if they would not. Changes nothing. */
export function moneyFault(path: string, config: MoneyConfig): string | undefined {
  return faultOfStored(storedMoney(path), config, path)
}

/** Undefined if the store does not exist, or cannot be read; opening it reports why. */
function storedMoney(path: string): StoredMoney | undefined {
  let db: DatabaseSync | undefined
  try {
    db = openReadOnly(path)
    const settings = new Map(
      db
        .prepare('SELECT name, value FROM settings')
        .all()
        .map(({ name, value }) => [name, String(value)]),
    )
    const [currency, digits] = ['currency', 'currency_digits'].map((name) => settings.get(name))
    return currency === undefined
      ? undefined
      : { currency, digits: digits === undefined ? digits : Number(digits) }
  } catch {
    return undefined
  } finally {
    db?.close()
  }
}

/** Writes the money of a new store, and checks that of an existing one. Rejects as `accept` throws, and then writes nothing. */
export function saveMoney({ writer, write }: SqliteStore, money: StoreMoney): Promise<void> {
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
      add.run('currency_digits', String(money.digitsOfOld({ currency, digits: undefined })))
    }
    money.accept({ currency, digits: Number(read('currency_digits')) })
  })
}
