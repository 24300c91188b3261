/** Histories of the shop: who comes to it. */
import { buy } from './buyer.ts'
import { type Client, createClients } from './client.ts'
import { runCatalogue } from './merchant.ts'
import type { DomainHistory } from './mix.ts'
import { promisedMs } from './promise.ts'
import type { Scene } from './scene.ts'
import { createShop, type Shop } from './shop.ts'
import { workInShop } from './staff.ts'

/** Longer than a page may be paid on. */
const HALF_AN_HOUR_MS = 37 * 60_000
/** Longer than an authorisation lasts. */
const WEEK_MS = 8 * 24 * 60 * 60_000
/** A payment is read again after a quarter of its age, and some were half an hour old when the faults ended. */
const PAYMENTS_PROMISED_MS = 30 * 60_000

/** At most once while clients are there: no buyer waits so long in front of a page. */
function passTime({ world, faults }: DomainHistory) {
  const chances = world.chances('passing of time')
  const [at, ms] = [chances.between(2_000, 22_000), chances.happens(0.4) ? WEEK_MS : HALF_AN_HOUR_MS]
  if (chances.happens(0.5)) world.after(at, () => faults.hasEnded() || world.skip(ms))
}

export function openShop(history: DomainHistory): Scene {
  const { shop, access, disks } = createShop(history)
  const { network, products, orders, oracle, paid } = shop
  if (paid) passTime(history)
  const at = (work: (shop: Shop, client: Client) => Promise<void>) => (client: Client) => work(shop, client)
  const buyer = { name: 'buyer', work: at(buy) }
  const staff = { name: 'staff', work: at(workInShop) }
  const merchant = { name: 'merchant', work: at(runCatalogue) }
  const isStill = () =>
    network.underWay() === 0 && access.underWay() === 0 && (paid?.oracle.isQuiet() ?? true)
  return {
    network,
    hosts: [...products, ...orders, ...(paid ? [...paid.payments, paid.providerHost] : [])],
    disks,
    troubleMs: 12_000,
    firstPhaseMs: 25_000,
    client: createClients(history, network),
    always: buyer,
    // Of five: money moves when goods are shipped.
    others: paid ? [buyer, staff, staff, staff, merchant] : [buyer, staff, staff, merchant, merchant],
    check() {
      oracle.check()
      paid?.oracle.check()
    },
    checkWaiting: (began, clocksJumped) =>
      oracle.checkWaiting(began, { stock: promisedMs(clocksJumped), payments: PAYMENTS_PROMISED_MS }),
    promisedMs: (clocksJumped) => (paid ? PAYMENTS_PROMISED_MS : promisedMs(clocksJumped)),
    passesMs: paid ? HALF_AN_HOUR_MS : 0,
    isQuiet: () => oracle.unsettled() === 0 && isStill(),
    isWaiting: () => oracle.unsettled() === oracle.unpaid() && isStill(),
    checkEnd() {
      oracle.checkEnd()
      paid?.oracle.checkEnd()
      shop.answers.checkEnd()
    },
  }
}
