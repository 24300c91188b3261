/** What the routes of this service are given. */
import type { Ports } from '../domain/ports.ts'
import type { Settle } from '../domain/settle_order.ts'

export type RouteDeps = {
  readonly ports: Ports
  readonly settle: Settle
  readonly currency: string
  /** Digits after the point of that currency. */
  readonly digits: () => number
}
