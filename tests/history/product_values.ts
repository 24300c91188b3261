/**
 * What answers showed of one product.
 *
 *  a. Its stock at a version is that of the ledger.
 *  b. Its price and text at a version are the same in all answers, and the price is the one that orders were charged.
 *  c. They change only where an edit was asked for that wrote them (invariant 7).
 */
import type { Seen } from './collected.ts'
import type { Checking } from './faults.ts'
import type { EditProduct, Operation, ProductSeen } from './format.ts'
import type { ProductVersions } from './layout.ts'

/** A version that an edit certainly made, and the first call that may have been that edit. */
export type CertainEdit = { readonly version: number; readonly by: number }

export type ProductValues = {
  readonly edits: readonly CertainEdit[]
  /** In the order of their versions. */
  readonly prices: readonly Fact<number>[]
  /** Edits whose outcome is unknown. */
  readonly unknown: readonly number[]
  /** The prices that they may have written, each with the first of them. */
  readonly unknownPrices: ReadonlyMap<number, number>
}

/** `by` is an operation; or a record of the stores, in words. */
export type Fact<Value> = {
  readonly version: number
  readonly value: Value
  readonly by: number | string
  /** It wrote this value. */
  readonly wrote: boolean
}

export function checkValues(
  product: ProductVersions,
  charged: readonly Fact<number>[],
  checking: Checking,
): ProductValues {
  const { operations, report, describe, calls } = checking
  const { id, of, ledger, seen } = product
  for (const { by, state } of seen) {
    if (state.version < 1 || state.version > of.count) {
      report('lost_change', `The store has product ${id} at version ${of.count}: ${describe(by)}`)
      continue
    }
    const stock = ledger.stockAt(state.version)
    if (stock !== undefined && stock !== state.stock) {
      report('wrong_state', `Product ${id} had stock ${stock} at version ${state.version}: ${describe(by)}`)
    }
    checkWritten(operations[by]!, state, by, checking)
  }
  const unknown = product.edits.filter((by) => operations[by]!.answer === undefined)
  const unknownPrices = new Map<number, number>()
  let unknownText: number | undefined
  for (const by of unknown.toSorted((a, b) => calls[a]! - calls[b]!)) {
    const { priceMinor, writesText } = operations[by] as EditProduct
    if (priceMinor !== undefined && !unknownPrices.has(priceMinor)) unknownPrices.set(priceMinor, by)
    if (writesText) unknownText ??= by
  }
  const prices = [...charged, ...factsOf(seen, operations, 'priceMinor')].sort(byVersion)
  const texts = factsOf(seen, operations, 'text').sort(byVersion)
  const edits = [
    ...changesIn(`Product ${id}, price`, prices, checking, (value) => unknownPrices.get(value)),
    ...changesIn(`Product ${id}, text`, texts, checking, () => unknownText),
  ]
  return { edits: edits.sort(byVersion), prices, unknown, unknownPrices }
}

const byVersion = (a: { version: number }, b: { version: number }) => a.version - b.version

/** The answer to an edit has what was asked for. */
function checkWritten(operation: Operation, state: ProductSeen, by: number, { report, describe }: Checking) {
  if (operation.is !== 'edit_product' && operation.is !== 'create_product') return
  if (operation.answer && 'refused' in operation.answer) return
  const { stock = state.stock, priceMinor = state.priceMinor } = operation
  if (stock !== state.stock || priceMinor !== state.priceMinor) {
    report('wrong_state', `The answer does not have what was asked for: ${describe(by)}`)
  }
}

function factsOf<Name extends 'priceMinor' | 'text'>(
  seen: readonly Seen<ProductSeen>[],
  operations: readonly Operation[],
  name: Name,
): Fact<ProductSeen[Name]>[] {
  return seen.map(({ by, state }) => ({
    version: state.version,
    value: state[name],
    by,
    wrote: writes(operations[by]!, name),
  }))
}

function writes(operation: Operation, name: 'priceMinor' | 'text'): boolean {
  if (operation.answer && 'refused' in operation.answer) return false
  if (operation.is === 'create_product') return true
  if (operation.is !== 'edit_product') return false
  return name === 'text' ? operation.writesText : operation.priceMinor !== undefined
}

/** Reports what no edit explains. `candidate` is the first edit of unknown outcome that may have written a value. */
function changesIn<Value>(
  what: string,
  facts: readonly Fact<Value>[],
  { report, describe, calls, returns }: Checking,
  candidate: (value: Value) => number | undefined,
): CertainEdit[] {
  const certain: CertainEdit[] = []
  const say = ({ by }: Fact<Value>) => (typeof by === 'number' ? describe(by) : `[${by}]`)
  let before: Fact<Value> | undefined
  for (let i = 0; i < facts.length; ) {
    const first = facts[i]!
    const same: Fact<Value>[] = []
    for (; i < facts.length && facts[i]!.version === first.version; i++) same.push(facts[i]!)
    const other = same.find(({ value }) => value !== first.value)
    if (other) {
      report('wrong_state', `${what} at version ${first.version} differs: ${say(first)} and ${say(other)}`)
    }
    if (before !== undefined && before.value !== first.value) {
      const writers = same.flatMap(({ by, wrote }) => (wrote && typeof by === 'number' ? [by] : []))
      const possible = candidate(first.value)
      const inTime =
        possible !== undefined &&
        same.some(({ by }) => typeof by !== 'number' || calls[possible]! <= returns[by]!)
      const all = inTime ? [...writers, possible] : writers
      if (all.length === 0) {
        report(
          'lost_change',
          `${what} changed between versions ${before.version} and ${first.version}, and no edit did it: ${say(before)} and ${say(first)}`,
        )
      } else if (writers.length > 0) {
        const by = all.reduce((least, each) => (calls[each]! < calls[least]! ? each : least))
        certain.push({ version: first.version, by })
      }
    }
    before = first
  }
  return certain
}
