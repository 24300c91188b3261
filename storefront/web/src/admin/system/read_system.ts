/** Reads /api/system of the gateway, through the client of a service. */
import { shop } from '../../api/shop.ts'

export type Replica = {
  readonly address: string
  readonly alive: boolean
  readonly ready: boolean
  readonly problem: string | null
  readonly answer_ms: number | null
  readonly version: string | null
  readonly node: string | null
  readonly started_at: string | null
  readonly memory_bytes: number | null
  readonly requests: number | null
  readonly failures: number | null
  readonly settler_backlog: number | null
  readonly settler_oldest_seconds: number | null
  readonly ledger_mismatches: number | null
  readonly ledger_checked_at: string | null
}
export type ServiceState = { readonly service: string; readonly replicas: readonly Replica[] }

type Call = (path: string, init: { signal: AbortSignal }) => Promise<{ data?: { services: ServiceState[] } }>

export async function readSystem(signal: AbortSignal): Promise<readonly ServiceState[]> {
  // The client has session, retries and problems; only its types do not have this path.
  const get = shop.orders.GET as unknown as Call
  return (await get('/system', { signal })).data?.services ?? []
}

/** Undefined when no value is known. */
export const highest = (values: readonly (number | null)[]): number | undefined => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? undefined : Math.max(...known)
}
