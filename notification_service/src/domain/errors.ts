/** The errors of the domain: permanent codes and their payloads. src/http/problems.ts turns them into HTTP answers. */
import { Fault } from '@shop/faults/fault'

export type Payloads = {
  /** `oldest`: the first position that is still there. */
  events_removed: { readonly oldest: number }
  /** `last`: the end of the log. */
  position_unknown: { readonly last: number }
}

export class DomainError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'DomainError'
}
