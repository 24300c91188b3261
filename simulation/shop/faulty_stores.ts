/**
 * The stores as one process sees them: a call may fail before it is applied, or be applied and fail all the same, as when the
 * answer of a database is lost; and no answer reaches a process that has ended.
 */
import type { Faults } from '../core/faults.ts'
import type { Machine } from '../core/machine.ts'

export type StoreFault = 'a store call fails' | 'a store call fails after it was applied'

export const STORE_FAULTS: Readonly<Record<StoreFault, number>> = {
  'a store call fails': 0.05,
  'a store call fails after it was applied': 0.05,
}

export function faultyStores<Stores extends object>(
  stores: Stores,
  machine: Machine,
  faults: Faults<StoreFault>,
  delayMs: () => number,
  note: (lane: string, text: string) => void,
  storeUnavailable: () => Error,
): Stores {
  const faulty = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, property, receiver) {
        const value = Reflect.get(target, property, receiver)
        if (typeof value === 'object' && value !== null && !(value instanceof Promise)) return faulty(value)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => {
          const answer = () => value.apply(target, given)
          if (SYNCHRONOUS.has(property)) return answer()
          return machine.seen({ call: () => callOf(String(property), answer) }).call()
        }
      },
    })
  const callOf = async (name: string, call: () => Promise<unknown>) => {
    const noted = (what: string) => {
      note(machine.name, `the store: ${name} ${what}`)
      return storeUnavailable()
    }
    await machine.runtime.sleep(delayMs())
    if (faults.happens('a store call fails')) throw noted('fails')
    const answer = await call()
    if (faults.happens('a store call fails after it was applied')) throw noted('is done, and seems to fail')
    return answer
  }
  return faulty(stores)
}

/** They read what the store already has in memory. */
const SYNCHRONOUS: ReadonlySet<string | symbol> = new Set(['revision', 'digits', 'entries'])
