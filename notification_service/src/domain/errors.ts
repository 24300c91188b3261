/** The errors of the domain: permanent codes and their payloads. src/http/problems.ts turns them into HTTP answers. */
import { Fault, type Nothing } from '@shop/faults/fault'

export type Payloads = {
  /** `oldest`: the first position that is still there. */
  events_removed: { readonly oldest: number }
  /** `last`: the end of the log. */
  position_unknown: { readonly last: number }
  endpoint_not_found: Nothing
  endpoint_changed: Nothing
  too_many_endpoints: Nothing
  delivery_not_found: Nothing
  event_not_found: Nothing
  replay_too_large: Nothing
}

export class DomainError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'DomainError'
}
