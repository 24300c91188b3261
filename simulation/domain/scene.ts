/** What a history is about: the shop, or its accounts. */
import type { Client } from './client.ts'
import type { Host } from './hosts.ts'
import type { Network } from './network.ts'
import type { Disk } from './store_access.ts'

export type Work = { readonly name: string; readonly work: (client: Client) => Promise<void> }

export type Scene = {
  readonly network: Network
  readonly hosts: readonly Host[]
  readonly disks: readonly Disk[]
  /** Until then the faults begin that last. */
  readonly troubleMs: number
  /** Until then the clients begin what they do. */
  readonly firstPhaseMs: number
  client(name: string): Client
  /** What the first two clients do. */
  readonly always: Work
  /** What each of the others may do. */
  readonly others: readonly Work[]
  /** After each event. */
  check(): void
  /** Nothing is owed, and nothing will arrive. */
  isQuiet(): boolean
  /** After each event of the second phase (invariant 5). */
  checkWaiting(lastFault: number, clocksJumped: boolean): void
  /** The longest second phase, in milliseconds. */
  promisedMs(clocksJumped: boolean): number
  /** What passes in the second phase before all can be settled, in milliseconds. */
  readonly passesMs: number
  /** Nothing is owed but what time alone will bring. */
  isWaiting(): boolean
  /** After the second phase. */
  checkEnd(): void
}
