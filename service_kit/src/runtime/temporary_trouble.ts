/** The store cannot be used now, and no operator is needed: an election, a lost connection. */
import { Problem } from './problem.ts'

export class TemporaryTrouble extends Problem<'store_unavailable'> {
  constructor(detail: string, cause?: unknown) {
    super('store_unavailable', detail, {}, { cause })
  }
}
