/**
 * A shop of two replicas of each service and one gateway, and what happens to it: processes end and are started again, hang,
 * are replaced by a deployment; machines have wrong clocks and are cut off; the disk is full for a while.
 */
import type { History } from '../core/history.ts'
import { createMachine, type WallClock } from '../core/machine.ts'
import type { Names } from './calls.ts'
import type { Deployment, Version } from './deployment.ts'
import { faultyStores, STORE_FAULTS, type StoreFault } from './faulty_stores.ts'
import {
  createNetwork,
  type Host,
  NETWORK_FAULTS,
  type Network,
  type NetworkFault,
  SLOW_MS_MAX,
} from './network.ts'
import { RELEASES } from './releases.ts'
import type { Running, Setting } from './services.ts'
import { keyPairs } from './signing.ts'

export type ProcessFault =
  | 'a process is killed'
  | 'a process is killed between two steps'
  | 'a process is paused'
  | 'a clock is wrong'
  | 'a clock jumps'
  | 'a deployment'
export type ShopFault = NetworkFault | StoreFault | ProcessFault

/** Those of one process per PERIOD_MS; a skew per machine; a deployment per history. */
export const SHOP_FAULTS: Readonly<Record<ShopFault, number>> = {
  ...NETWORK_FAULTS,
  ...STORE_FAULTS,
  'a process is killed': 0.3,
  'a process is killed between two steps': 0.05,
  'a process is paused': 0.2,
  'a clock is wrong': 1,
  'a clock jumps': 0.15,
  'a deployment': 0.7,
}

const PERIOD_MS = 5_000
const RESTART_MS = { least: 100, most: 4_000 }
/** Also longer than a lease of the settler. */
const PAUSE_MS = { least: 500, most: 22_000 }
const CUT_MS = { least: 500, most: 10_000 }
const SLOW_MS = { least: 1_000, most: 10_000 }
const SKEW_MS_MAX = 4_000
const JUMP_MS_MAX = 40_000
/** Between the replacements of two processes. */
const ROLLING_MS = 1_500
const STORE_DELAY_MS_MAX = 3

type ServiceName = 'auth_service' | 'product_service' | 'order_service' | 'storefront'

const REPLICAS: Readonly<Record<ServiceName, number>> = {
  auth_service: 2,
  product_service: 2,
  order_service: 2,
  storefront: 1,
}

export type Place = {
  readonly service: ServiceName
  readonly host: Host
  readonly clock: WallClock
  /** Of the process that is started next. */
  version: Version
  running: Running | undefined
  generation: number
}

export type Shop = {
  readonly network: Network
  readonly names: Names
  readonly places: readonly Place[]
  /** Starts every process. */
  open(): Promise<void>
  /** Lets faults happen until they end. */
  disturb(): void
  /** Everything works again: what was stopped is started, connected, and on time. */
  repair(): void
}

export type ShopOptions = {
  readonly history: History<ShopFault>
  readonly deployment: Deployment
  /** The release of the processes, and that of a deployment. */
  readonly versions: readonly [first: Version, next: Version]
  /** Folder of the pages that the gateway serves. */
  readonly pages: string
}

export function createShop({ history, deployment, versions, pages }: ShopOptions): Shop {
  const { world, faults, sometimes } = history
  const network = createNetwork(world, faults)
  const makeKeyPair = keyPairs()
  const delays = world.chances('stores')
  const nemesis = world.chances('nemesis')
  let secrets: readonly string[] = ['the first secret of the services']

  const places = Object.entries(REPLICAS).flatMap(([service, count]) =>
    Array.from(
      { length: count },
      (_, at): Place => ({
        service: service as ServiceName,
        host: network.addHost(`${service}_${at + 1}`),
        clock: { aheadMs: 0 },
        version: versions[0],
        running: undefined,
        generation: 0,
      }),
    ),
  )
  const names: Names = Object.fromEntries(
    Object.keys(REPLICAS).map((service) => [
      service,
      places.filter((place) => place.service === service).map(({ host }) => host.address),
    ]),
  )

  const start = async (place: Place): Promise<void> => {
    place.generation += 1
    const { generation } = place
    const machine = createMachine(world, place.host.address, place.generation, place.clock)
    const setting: Setting = { machine, network, names, secrets }
    let running: Running
    try {
      running = await startService(place, setting)
    } catch (error) {
      world.note(machine.name, `does not start: ${error instanceof Error ? error.message : error}`)
      machine.kill()
      return restartLater(place)
    }
    // Another one was started meanwhile.
    if (place.generation !== generation) return machine.kill()
    place.running = running
    place.host.process = { machine, app: running.app }
  }

  const startService = async (place: Place, setting: Setting): Promise<Running> => {
    const { machine } = setting
    const release = RELEASES[place.version]
    const stores = deployment.stores[place.version]
    const seen = <Stores extends object>(opened: Stores) =>
      faultyStores(
        opened,
        machine,
        faults,
        () => delays.between(0, STORE_DELAY_MS_MAX),
        world.note,
        release.storeUnavailable,
      )
    switch (place.service) {
      case 'auth_service':
        return release.startAuth(setting, seen(await stores.auth(machine)), makeKeyPair)
      case 'product_service':
        return release.startProducts(setting, seen(await stores.products(machine)))
      case 'order_service':
        return release.startOrderService(setting, seen(await stores.orders(machine)), (point) => {
          if (!faults.happens('a process is killed between two steps')) return
          sometimes('a process ended between two durable steps')
          world.note(machine.name, `ends at ${point}`)
          kill(place)
          restartLater(place)
        })
      case 'storefront':
        return release.startStorefront(setting, pages)
    }
  }

  const kill = (place: Place) => {
    const { process } = place.host
    if (!process) return
    process.machine.kill()
    place.host.process = undefined
    place.running = undefined
    network.breakConnections(place.host)
  }

  const restartLater = (place: Place) => {
    world.after(nemesis.between(RESTART_MS.least, RESTART_MS.most), () => {
      if (place.host.process === undefined) void start(place)
    })
  }

  const disturbProcess = (place: Place) => {
    const machine = place.host.process?.machine
    if (machine && faults.happens('a process is killed')) {
      kill(place)
      restartLater(place)
    } else if (machine && faults.happens('a process is paused')) {
      machine.pause()
      world.after(
        nemesis.between(PAUSE_MS.least, PAUSE_MS.most),
        () => machine.isPaused() && machine.resume(),
      )
    }
    if (faults.happens('a clock jumps')) setClock(place, nemesis.between(-JUMP_MS_MAX, JUMP_MS_MAX))
    if (faults.happens('a host is cut off')) {
      network.cut(place.host.address, nemesis.one(['to', 'from', 'both']))
      world.after(nemesis.between(CUT_MS.least, CUT_MS.most), () => network.reconnect(place.host.address))
    }
    if (faults.happens('a host is slow')) {
      place.host.slowMs = nemesis.between(0, SLOW_MS_MAX)
      world.after(nemesis.between(SLOW_MS.least, SLOW_MS.most), () => {
        place.host.slowMs = 0
      })
    }
  }

  const setClock = ({ clock, host }: Place, aheadMs: number) => {
    clock.aheadMs = Math.round(aheadMs)
    world.note(host.address, `has a clock that is ${clock.aheadMs} ms ahead`)
  }

  /**
   * One process after the other ends in order and is replaced by one of the next release, also of the one before: a rollback.
   * The new ones have a new secret, and the one before.
   */
  const deploy = async () => {
    const [first, next] = versions
    // Another release comes in any case: the history was made for it.
    if (first !== next) faults.count('a deployment')
    secrets = [`another secret of the services, made at ${Math.floor(world.time())}`, ...secrets].slice(0, 2)
    world.note('a deployment', 'begins')
    for (const place of places) {
      await world.sleep(ROLLING_MS)
      if (!faults.areOn()) return
      // Also of one that is down, and is started later.
      place.version = next
      const { running } = place
      const { machine } = place.host.process ?? {}
      if (!running || !machine || machine.isPaused()) continue
      sometimes('a process of the new deployment ran beside one of the old')
      if (first !== next) sometimes(`the ${next} release ran beside the ${first} one`)
      // It takes no new requests, ends its work, and is gone.
      place.host.process = undefined
      place.running = undefined
      await Promise.race([running.stop(), world.sleep(ROLLING_MS)])
      machine.kill()
      network.breakConnections(place.host)
      await start(place)
    }
  }

  return {
    network,
    names,
    places,
    async open() {
      for (const place of places) {
        await start(place)
        if (faults.probability('a clock is wrong') > 0 && nemesis.happens(0.5))
          setClock(place, nemesis.between(-SKEW_MS_MAX, SKEW_MS_MAX) * faults.probability('a clock is wrong'))
      }
    },
    disturb() {
      const again = (place: Place) => {
        if (!faults.areOn()) return
        disturbProcess(place)
        world.after(nemesis.between(0, 2 * PERIOD_MS), () => again(place))
      }
      for (const place of places) world.after(nemesis.between(0, PERIOD_MS), () => again(place))
      if (versions[0] !== versions[1] || faults.happens('a deployment'))
        world.after(nemesis.between(0, 10_000), () => void deploy())
    },
    repair() {
      deployment.repair()
      for (const place of places) {
        network.reconnect(place.host.address)
        place.host.slowMs = 0
        setClock(place, 0)
        const machine = place.host.process?.machine
        if (machine?.isPaused()) machine.resume()
        if (!machine) void start(place)
      }
    },
  }
}
