/** Level A: the domain of all services, on models of their stores, on machines and a network that fail. */
import { type Level, runHistory, Violation } from '../core/history.ts'
import { openAccounts } from './accounts/scene.ts'
import { type DomainHistory, FAULTS } from './mix.ts'
import { LAST_MESSAGE_MS } from './promise.ts'
import type { Scene } from './scene.ts'
import { openShop } from './shop_scene.ts'
import { SITUATIONS } from './situations.ts'
import { endTrouble, makeTrouble } from './trouble.ts'

const CLIENTS = { least: 3, most: 6 }
/** How many histories are about accounts. */
const ACCOUNTS = 0.3

export const DOMAIN: Level = {
  name: 'domain',
  what: 'the domain of all services, on models of their stores',
  faults: Object.keys(FAULTS),
  situations: SITUATIONS,
  run: (plan, keep) => runHistory(plan, keep, { faults: FAULTS, situations: SITUATIONS }, play),
}

async function play(history: DomainHistory): Promise<void> {
  const { world, faults } = history
  const scene = world.chances('scene').happens(ACCOUNTS) ? openAccounts(history) : openShop(history)
  makeTrouble(history, scene)
  const clients = startClients(history, scene)
  await world.runUntil(scene.firstPhaseMs, scene.check, clients.haveLeft)
  endTrouble(history, scene)
  const settle = async (isDone: () => boolean) => {
    const began = world.time()
    const clocksJumped = faults.counts().clock_jump !== undefined
    const check = () => {
      scene.check()
      scene.checkWaiting(began, clocksJumped)
    }
    const until = began + LAST_MESSAGE_MS + scene.promisedMs(clocksJumped) + 1
    await world.runUntil(until, check, () => clients.haveLeft() && isDone())
  }
  await settle(() => scene.isQuiet() || scene.isWaiting())
  if (scene.passesMs > 0) {
    world.skip(scene.passesMs)
    await settle(scene.isQuiet)
  }
  if (!clients.haveLeft()) throw new Violation('5. A client still waits for an answer')
  scene.checkEnd()
}

function startClients({ plan, world, broken }: DomainHistory, scene: Scene) {
  const count = world.chances('clients').whole(CLIENTS.least, CLIENTS.most)
  let inside = 0
  for (let number = 0; number < count; number++) {
    const other = world.chances(`kind of client ${number}`).one(scene.others)
    const { name, work } = number < 2 ? scene.always : other
    if (plan.clients && !plan.clients.includes(number)) continue
    inside += 1
    work(scene.client(`${name} ${number}`))
      .catch((error) => broken(error instanceof Violation ? error.message : String(error?.stack)))
      .finally(() => {
        inside -= 1
      })
  }
  return { haveLeft: () => inside === 0 }
}
