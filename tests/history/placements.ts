/** Which requests can have placed which order. */
import type { Attempts, OrderHistory } from './collected.ts'
import type { AskedLine, Operation } from './format.ts'

type Orders = ReadonlyMap<string, OrderHistory>

export const attemptOf = (user: string, key: string): string => `${user} ${key}`

/** The same for all requests that ask for the same, in any order of the lines. */
export const spellOrder = (lines: readonly AskedLine[], totalMinor: number): string =>
  `${linesIn(lines.toSorted((a, b) => (a.productId < b.productId ? -1 : 1)))} for ${totalMinor}`

export const linesIn = (lines: readonly AskedLine[]): string =>
  lines.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(' + ')

/** An order belongs to all attempts with its key: also to those that were not answered. */
export function placeByKey(
  operations: readonly Operation[],
  orders: Orders,
  attempts: ReadonlyMap<string, Attempts>,
): void {
  const stored = Map.groupBy(
    [...orders.values()].filter(({ record }) => record !== undefined && record.key !== null),
    ({ record }) => attemptOf(record!.userId, record!.key!),
  )
  for (const { user, key, operations: own } of attempts.values()) {
    const { is } = operations[own[0]!]!
    if (is !== 'place_order') continue
    const found = new Set(stored.get(attemptOf(user, key)))
    for (const by of own) {
      const { answer } = operations[by]!
      if (answer && 'order' in answer && typeof answer.order === 'string')
        found.add(orders.get(answer.order)!)
    }
    for (const { placements } of found) placements.push(...own)
  }
}

/** Without a key and without an answer: each such request may have made one order of its user that asks for the same. */
export function placeUnanswered(operations: readonly Operation[], orders: Orders): void {
  const open = new Map<string, number[]>()
  operations.forEach((operation, by) => {
    if (operation.is !== 'place_order' || operation.key !== null || operation.answer !== undefined) return
    const asked = `${operation.user} ${spellOrder(operation.lines, operation.totalMinor)}`
    const same = open.get(asked)
    if (same) same.push(by)
    else open.set(asked, [by])
  })
  const used = new Map<number[], number>()
  for (const { record, placements } of orders.values()) {
    if (record === undefined || record.key !== null || placements.length > 0) continue
    const same = open.get(`${record.userId} ${spellOrder(record.lines, record.totalMinor)}`)
    const others = (same && used.get(same)) ?? 0
    if (same === undefined || others === same.length) continue
    used.set(same, others + 1)
    placements.push(...same)
  }
}
