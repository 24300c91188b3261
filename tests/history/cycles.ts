/**
 * One order of everything: the versions of all products and orders, and real time, must fit into one sequence. That is so
 * exactly if this graph has no cycle.
 *
 * Its edges say what came before what:
 *  - each version before the next one of the same product or order;
 *  - an order's first version before its sale, the sale before its confirmation, `cancelling` before the release, the release
 *    before `cancelled`;
 *  - a version before the return of an operation that showed it; the call of that operation before the next version;
 *  - the call of the first operation that can have made a version before that version.
 * The movements of one order in the ledgers of several products are one node, because they are one transaction.
 */
import { NONE, type Versions } from './bounds.ts'
import type { Checking } from './faults.ts'
import type { MovementRecord, MovementSeen } from './format.ts'
import { createGraph, type Edge, NEXT_ONE } from './graph.ts'
import type { Layout, OrderVersions } from './layout.ts'

/** The reason of an edge between an order and a ledger. */
const ONE_FLOW = -2

export function checkCycles(layout: Layout, checking: Checking): void {
  const { products, orders, bounds, places } = layout
  const { operations, calls, returns, last, report } = checking
  /** After the versions: the beginnings of the epochs. */
  const timeOf = (epoch: number) => places + epoch
  const graph = createGraph(places + last + 2)
  const nodes = oneNodeForEachTransaction()
  const nodeOf = (of: Versions, version: number) => nodes[of.start + version]!

  for (let epoch = 0; epoch < last; epoch++) graph.add(timeOf(epoch), timeOf(epoch + 1), NEXT_ONE)
  for (const { of, seen, adjustments } of products.values()) {
    chain(of)
    for (const { by, state } of seen) show(of, state.version, by)
    for (const by of adjustments) {
      const { answer } = operations[by]!
      // Not the current version, if the request is a repetition.
      if (answer && 'delta' in answer) wasThere(of, (answer as MovementSeen).version, by)
    }
  }
  for (const order of orders.values()) {
    chain(order.of)
    for (const { by, state } of order.seen) show(order.of, state.version, by)
    flow(order)
  }
  const cycle = graph.cycle()
  if (cycle) report('cycle', `No sequence has all of this: ${sentenceOf(cycle)}`)

  function chain(of: Versions) {
    for (let version = 1; version <= of.count; version++) {
      if (version < of.count) graph.add(nodeOf(of, version), nodeOf(of, version + 1), NEXT_ONE)
      const by = bounds.fromBy(of, version)
      // The bound of a version before it is that version's own edge.
      if (by !== NONE && (version === 1 || bounds.fromBy(of, version - 1) !== by)) {
        graph.add(timeOf(calls[by]!), nodeOf(of, version), by)
      }
    }
  }

  function wasThere(of: Versions, version: number, by: number) {
    if (version < 1 || version > of.count || returns[by]! >= last) return
    graph.add(nodeOf(of, version), timeOf(returns[by]! + 1), by)
  }

  /** It was the current one at some moment after the call. */
  function show(of: Versions, version: number, by: number) {
    wasThere(of, version, by)
    if (version >= 1 && version < of.count) graph.add(timeOf(calls[by]!), nodeOf(of, version + 1), by)
  }

  function flow({ of, record, movements }: OrderVersions) {
    const { history } = record!
    const at = (status: string) => history.indexOf(status) + 1
    for (const movement of movements) {
      const product = products.get(movement.productId)
      if (!product || movement.version < 1 || movement.version > product.of.count) continue
      const node = nodeOf(product.of, movement.version)
      const [begins, ends] = movement.delta < 0 ? ['pending', 'confirmed'] : ['cancelling', 'cancelled']
      if (at(begins) > 0) graph.add(nodeOf(of, at(begins)), node, ONE_FLOW)
      if (at(ends) > 0) graph.add(node, nodeOf(of, at(ends)), ONE_FLOW)
    }
  }

  function oneNodeForEachTransaction(): Int32Array {
    const own = Int32Array.from({ length: places }, (_, i) => i)
    for (const { movements } of orders.values()) {
      for (const isSale of [true, false]) {
        let first: number | undefined
        const seenProducts = new Set<string>()
        for (const { productId, version, delta } of movements) {
          const product = products.get(productId)
          if (delta < 0 !== isSale || !product || version > product.of.count) continue
          // A second movement of one kind and product is a double sale, which is reported as such.
          if (seenProducts.has(productId)) continue
          seenProducts.add(productId)
          first ??= product.of.start + version
          own[product.of.start + version] = first
        }
      }
    }
    return own
  }

  function sentenceOf(edges: readonly Edge[]): string {
    const names = namesOf(new Set(edges.flatMap(({ from, to }) => [from, to])))
    const name = (node: number) => (node >= places ? undefined : (names.get(node) ?? `version ${node}`))
    return edges
      .flatMap(({ from, to, by }) => {
        const [before, after] = [name(from), name(to)]
        if (by === NEXT_ONE || by === ONE_FLOW) return before && after ? [`${before} before ${after}`] : []
        if (before === undefined) return [`${checking.describe(by)} was called before ${after}`]
        return [`${before} before ${checking.describe(by)} returned`]
      })
      .join('; ')
  }

  function namesOf(wanted: ReadonlySet<number>): Map<number, string> {
    const names = new Map<number, string>()
    const add = (of: Versions, name: (version: number) => string) => {
      for (let version = 1; version <= of.count; version++) {
        const node = nodeOf(of, version)
        if (wanted.has(node) && !names.has(node)) names.set(node, name(version))
      }
    }
    for (const { id, of, ledger } of products.values()) {
      add(of, (version) => `version ${version} of product ${id}${causeOf(ledger.movementAt(version))}`)
    }
    for (const { id, of, record } of orders.values()) {
      add(of, (version) => `version ${version} of order ${id} (${record!.history[version - 1]})`)
    }
    return names
  }
}

const causeOf = (movement: MovementRecord | undefined): string =>
  movement?.orderId ? ` (${movement.delta} for order ${movement.orderId})` : ''
