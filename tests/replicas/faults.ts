/** Replicas are killed, stopped and replaced, the service secret is rotated, and whole services are away for a while. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FirstService } from '../../scripts/services.ts'
import type { Load } from '../cluster/load.ts'
import { call, expectStatus } from '../system/calls.ts'
import type { Environment } from '../system/processes.ts'
import type { Chance } from '../system/until.ts'
import { type Cluster, SERVICES } from './cluster.ts'

const CALM_MS = 3_000
const OUTAGE_MS = 3_000
/** A new replica runs this long before the next old one is stopped. */
const MIN_READY_MS = 1_000

export async function faults(cluster: Cluster, { counts, admin }: Load, chance: Chance): Promise<void> {
  counts.phase('calm')
  await sleep(CALM_MS)
  for (const service of SERVICES) {
    counts.phase(`kill -9, ${service}`)
    for (const replica of cluster.replicas[service]) {
      await sleep(chance.between(100, 600))
      await replica.kill()
      await sleep(chance.between(200, 1_000))
      await replica.restart()
    }
  }
  counts.phase('rolling restart of everything')
  await Promise.all(SERVICES.map((service) => rollingRestart(cluster, service)))
  counts.phase('service secret rotated')
  await rotateSecret(cluster)
  for (const service of ['auth_service', 'product_service'] as const) {
    counts.phase(`${service} away`)
    await Promise.all(cluster.replicas[service].map((replica) => replica.kill()))
    await sleep(OUTAGE_MS)
    counts.phase(`${service} comes back`)
    await Promise.all(cluster.replicas[service].map((replica) => replica.restart()))
    await sleep(1_000)
  }
  counts.phase('calm again')
  await sleep(CALM_MS)
  expectStatus(await call('GET', `${cluster.addresses.orders}/orders?limit=1`, { token: admin.token }), 200)
}

/**
 * The procedure of docs/operations.md: first every replica gets the new secret beside the previous one, in any order; then
 * the previous one is removed. No call between services may be refused.
 */
async function rotateSecret(cluster: Cluster): Promise<void> {
  const SERVICE_SECRET = randomBytes(32).toString('hex')
  for (const SERVICE_SECRET_PREVIOUS of [cluster.secret, '']) {
    const secrets = { SERVICE_SECRET, SERVICE_SECRET_PREVIOUS }
    await Promise.all(SERVICES.map((service) => rollingRestart(cluster, service, secrets)))
  }
  for (const replica of cluster.replicas.order_service) {
    if (replica.lastWords().includes('answered 401')) {
      throw new Error(`A call was refused while the secret was rotated:\n${replica.lastWords()}`)
    }
  }
}

export async function rollingRestart(
  { replicas }: Cluster,
  service: FirstService,
  extra: Environment = {},
  main?: string,
): Promise<void> {
  for (const replica of replicas[service]) {
    await replica.stop()
    await replica.restart(extra, main)
    await sleep(MIN_READY_MS)
  }
}
