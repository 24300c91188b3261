/** How every history of this level begins: accounts and products, made by the ports of the services before any fault. */
import { createAccountPorts } from '@shop/auth_service/account_ports'
import { register } from '@shop/auth_service/domain/accounts'
import { ensureFirstAdmin } from '@shop/auth_service/domain/first_admin'
import { createMachine } from '../core/machine.ts'
import type { World } from '../core/world.ts'
import type { Opens } from './deployment.ts'
import type { Account, MadeProduct, Opening } from './opening.ts'
import { QUIET_METRICS } from './services.ts'
import { cheapHasher } from './signing.ts'

const PASSWORD = 'plum tart on tuesday'
export const ADMINS = 2

export async function openShopWith(
  world: World,
  stores: Opens,
  { buyers: count, products }: { readonly buyers: number; readonly products: number },
): Promise<Opening> {
  const machine = createMachine(world, 'operator', 0, { aheadMs: 0 })
  const { runtime } = machine
  const chances = world.chances('opening')
  const authStores = await stores.auth(machine)
  const ports = {
    ...createAccountPorts({
      stores: authStores,
      runtime,
      metrics: QUIET_METRICS,
      registrationsPerAddress: 1_000,
    }),
    hasher: cheapHasher(runtime.randomBytes),
  }
  const account = async (username: string): Promise<Account> => ({
    username,
    password: PASSWORD,
    id: (await ports.users.findByName(username))!.id,
  })
  const admins: Account[] = []
  for (let i = 1; i <= ADMINS; i++) {
    await ensureFirstAdmin(ports, { username: `admin-${i}`, password: PASSWORD })
    admins.push(await account(`admin-${i}`))
  }
  const buyers: Account[] = []
  for (let i = 1; i <= count; i++) {
    await register(ports, { username: `buyer-${i}`, password: PASSWORD }, { address: '10.0.0.9' })
    buyers.push(await account(`buyer-${i}`))
  }
  const { catalogue } = await stores.products(machine)
  const made: MadeProduct[] = []
  for (let i = 1; i <= products; i++) {
    const fields = {
      name: `Mug ${i}`,
      description: '',
      priceMinor: chances.whole(1, 20) * 100,
      stock: chances.whole(0, 9),
    }
    const product = await catalogue.create(
      { id: runtime.newId(), fields },
      { by: admins[0]!.id, at: runtime.now().toISOString() },
    )
    const { name, description, stock, priceMinor } = fields
    made.push({ id: product.id, name, description, stock, price: (priceMinor / 100).toFixed(2) })
  }
  return { admins, buyers, products: made }
}
