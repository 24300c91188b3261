/**
 * The previous release (tests/previous_release) is updated to this one, rolled back, and updated again, replica by replica.
 * Between the steps services of both releases call each other, in both directions, and replicas of both work with one
 * store. A customer and an admin use, with the sessions and orders of before, what only one of the releases wrote.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { BUNDLES } from '../../scripts/build/bundles.ts'
import { ROOT } from '../../scripts/root.ts'
import type { FirstService } from '../../scripts/services.ts'
import type { Load } from '../cluster/load.ts'
import { mainOf } from '../previous_release/release.ts'
import { type Call, call, expectStatus } from '../system/calls.ts'
import { type Cluster, SERVICES } from './cluster.ts'
import { createErrands } from './errands.ts'
import { rollingRestart } from './faults.ts'

const CALM_MS = 1_500

export async function releases(
  cluster: Cluster,
  { counts, admin }: Load,
  isolates: boolean,
  recorded: Call,
): Promise<void> {
  const errands = await createErrands(cluster.addresses, admin, isolates, recorded)
  const phase = async (name: string, work: () => Promise<unknown>) => {
    counts.phase(name)
    await work()
    await errands.run()
  }
  const calm = (name: string) => phase(name, () => sleep(CALM_MS))
  const replace = (how: string, services: readonly FirstService[], main: (service: FirstService) => string) =>
    phase(`${how} ${services.join(' and ')}`, () =>
      Promise.all(services.map((service) => rollingRestart(cluster, service, {}, main(service)))),
    )

  await calm('the previous release')
  for (const service of ['product_service', 'order_service', 'auth_service'] as const) {
    await replace('updating', [service], BUNDLES.pathOf)
  }
  await deleteAccount(cluster)
  await calm('this release')
  await replace('rolling back', ['product_service'], mainOf)
  await replace('rolling back', ['auth_service', 'order_service'], mainOf)
  await calm('the previous release again')
  await replace('updating', SERVICES, BUNDLES.pathOf)
  await calm('this release again')
  for (const replica of cluster.replicas.order_service) {
    if (replica.lastWords().includes('answered 401')) {
      throw new Error(`A call between two releases was refused:\n${replica.lastWords()}`)
    }
  }
}

/** Only this release can do that; the previous one must leave the account deleted. */
async function deleteAccount({ addresses, databaseUrl, dataDir }: Cluster) {
  const account = { username: 'leaver', password: 'not for much longer' }
  expectStatus(await call('POST', `${addresses.auth}/register`, { body: account }), 201)
  const options = ['--delete', account.username, '--confirm', account.username]
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts', 'accounts.ts'), ...options], {
    env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: databaseUrl('auth_service') },
  })
}
