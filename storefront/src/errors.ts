/** The errors of the gateway itself, by permanent code. http/problems.ts has the answer to each. */
import { Fault, type Nothing } from '@shop/faults/fault'

export type Payloads = {
  upstream_unavailable: Nothing
  upstream_no_answer: Nothing
  too_many_streams: Nothing
  cross_site_request: Nothing
  no_session: Nothing
}

export class GatewayError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'GatewayError'
}
