/** Level A: the domain of all services, on models of their stores, on machines and a network that fail. */
import { type Level, runHistory, Violation } from '../core/history.ts'
import { buy } from './buyer.ts'
import { runCatalogue } from './merchant.ts'
import { type DomainHistory, FAULTS } from './mix.ts'
import { promisedMs } from './promise.ts'
import { openShop, type Shop } from './shop.ts'
import { SITUATIONS } from './situations.ts'
import { workInShop } from './staff.ts'
import { endTrouble, makeTrouble } from './trouble.ts'

const FIRST_PHASE_MS = 25_000
const CLIENTS = { least: 3, most: 6 }

export const DOMAIN: Level = {
  name: 'domain',
  what: 'the domain of all services, on models of their stores',
  faults: Object.keys(FAULTS),
  situations: SITUATIONS,
  run: (plan, keep) => runHistory(plan, keep, { faults: FAULTS, situations: SITUATIONS }, play),
}

async function play(history: DomainHistory): Promise<void> {
  const { world } = history
  const shop = openShop(history)
  makeTrouble(shop)
  const clients = startClients(history, shop)
  const check = shop.oracle.check
  await world.runUntil(FIRST_PHASE_MS, check, clients.haveLeft)
  endTrouble(shop)
  const until = world.time() + promisedMs(history.faults.counts()['a clock jumps'] !== undefined)
  await world.runUntil(until, check, () => clients.haveLeft() && shop.isQuiet())
  if (process.env.LEFT)
    console.log(
      Math.round(until - world.time()),
      history.faults.counts()['a clock jumps'] ? 'jump' : '',
      world.seed,
    )
  if (!clients.haveLeft()) throw new Violation('5. A client still waits for an answer')
  shop.oracle.checkEnd()
  shop.answers.checkEnd()
}

function startClients(history: DomainHistory, shop: Shop) {
  const { plan, world } = history
  const count = world.chances('clients').whole(CLIENTS.least, CLIENTS.most)
  let inShop = 0
  for (let number = 0; number < count; number++) {
    const kind = number < 2 ? 0 : world.chances(`kind of client ${number}`).number()
    if (plan.clients && !plan.clients.includes(number)) continue
    const [name, work] =
      kind < 0.35
        ? [`buyer ${number}`, buy]
        : kind < 0.65
          ? [`staff ${number}`, workInShop]
          : [`merchant ${number}`, runCatalogue]
    inShop += 1
    work(shop, shop.client(name))
      .catch((error) => history.broken(error instanceof Violation ? error.message : String(error?.stack)))
      .finally(() => {
        inShop -= 1
      })
  }
  return { haveLeft: () => inShop === 0 }
}
