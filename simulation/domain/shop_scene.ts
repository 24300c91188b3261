/** Histories of the shop: who comes to it. */
import { buy } from './buyer.ts'
import { type Client, createClients } from './client.ts'
import { runCatalogue } from './merchant.ts'
import type { DomainHistory } from './mix.ts'
import type { Scene } from './scene.ts'
import { createShop, type Shop } from './shop.ts'
import { workInShop } from './staff.ts'

export function openShop(history: DomainHistory): Scene {
  const { shop, access, disks } = createShop(history)
  const { network, products, orders, oracle } = shop
  const at = (work: (shop: Shop, client: Client) => Promise<void>) => (client: Client) => work(shop, client)
  return {
    network,
    hosts: [...products, ...orders],
    disks,
    troubleMs: 12_000,
    firstPhaseMs: 25_000,
    client: createClients(history, network),
    always: { name: 'buyer', work: at(buy) },
    others: [
      { name: 'buyer', work: at(buy) },
      { name: 'staff', work: at(workInShop) },
      { name: 'staff', work: at(workInShop) },
      { name: 'merchant', work: at(runCatalogue) },
      { name: 'merchant', work: at(runCatalogue) },
    ],
    check: oracle.check,
    checkWaiting: oracle.checkWaiting,
    isQuiet: () => oracle.unsettled() === 0 && network.underWay() === 0 && access.underWay() === 0,
    checkEnd() {
      oracle.checkEnd()
      shop.answers.checkEnd()
    },
  }
}
