/**
 * No caller sees or does what is not theirs (invariant 10), by the user and the role that the token of each request named:
 *
 *  a. An order is shown to its owner and to admins alone, by whatever answer, and a list of one user's orders has only theirs.
 *  b. What only admins may do is done for admins alone; what only the services may do, for no client.
 *  c. Without an account, products are read and nothing else.
 *  d. A request whose caller may not make it explains no change.
 */
import { isRefused } from './collected.ts'
import type { Checking } from './faults.ts'
import type { Operation, OrderSeen } from './format.ts'

/** Whether its caller may make this request at all. For an order of which the owner is known, `mayTouch` says more. */
export function mayAsk(operation: Operation): boolean {
  const { role, user } = operation
  const admin = role === 'admin'
  switch (operation.is) {
    case 'read_product':
      return true
    case 'place_order':
    case 'read_order':
      return role !== 'none'
    case 'list_orders':
      return admin || (role !== 'none' && operation.of === user)
    case 'change_order':
      return admin || (role !== 'none' && operation.to === 'cancelled')
    case 'use_route':
      return admin && operation.access === 'admin'
    case 'create_product':
    case 'edit_product':
    case 'delete_product':
    case 'adjust_stock':
      return admin
  }
}

/** Whether its caller may see or change an order of this owner. */
export const mayTouch = ({ role, user }: Operation, owner: string): boolean =>
  role === 'admin' || (role !== 'none' && user === owner)

/** Whether it may have changed an order of this owner: its answer is the order, or it has none, and its caller may ask for that. */
export const mayHaveChanged = (operation: Operation, owner: string): boolean =>
  operation.answer === undefined
    ? mayAsk(operation) && mayTouch(operation, owner)
    : !isRefused(operation.answer)

export function checkCallers({ operations, orders, report, describe }: Checking): void {
  const showsAnother = (by: number, { order }: OrderSeen) => {
    const owner = orders.get(order)?.record?.userId
    if (owner === undefined) return
    const operation = operations[by]!
    const listed = operation.is === 'list_orders' ? operation.of : null
    if (!mayTouch(operation, owner)) {
      report(
        'not_theirs',
        `Order ${order} of user ${owner} was shown to user ${operation.user}: ${describe(by)}`,
      )
    } else if (listed !== null && listed !== owner) {
      report('not_theirs', `Order ${order} is of user ${owner}: ${describe(by)}`)
    }
  }
  operations.forEach((operation, by) => {
    const { answer } = operation
    if (answer === undefined) return
    if (!isRefused(answer) && !mayAsk(operation)) {
      const { user, role } = operation
      report(
        'not_theirs',
        `User ${user} of role ${role} may not do this, and was not refused: ${describe(by)}`,
      )
    }
  })
  for (const { seen } of orders.values()) for (const { by, state } of seen) showsAnother(by, state)
}
