/** Notifies order_service of deleted accounts (deletion_delivery.ts). */
import { BATCH_MAX, type DeletionPorts, sendDeletions } from './deletion_delivery.ts'
import { createOutboxRelay, type OutboxRelayDeps } from './outbox_relay.ts'

/** `stop` resolves when the current round has ended. */
export function startDeletionRelay(
  ports: DeletionPorts,
  deps: Pick<OutboxRelayDeps, 'runtime' | 'logger' | 'failures'>,
): { stop(): Promise<void> } {
  const relay = createOutboxRelay({ what: 'deleted accounts', batchMax: BATCH_MAX, ...deps })
  relay.start(() => sendDeletions(ports))
  return relay
}
