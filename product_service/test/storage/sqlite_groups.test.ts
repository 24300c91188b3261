/** Details, groups, categories and lists with filters on SQLite, in memory and by two connections on one file. */
import { anyProductsContract } from '../any_products_contract.ts'
import { categoriesContract, categoryRaceContract } from '../categories_contract.ts'
import { detailsContract } from '../details_contract.ts'
import { groupsContract } from '../groups_contract.ts'
import { listingsContract } from '../listings_contract.ts'
import { inMemory, onOneFile } from '../worlds.ts'

for (const [name, makeStores] of [
  ['SQLite in memory', inMemory],
  ['two connections on one SQLite file', onOneFile],
] as const) {
  anyProductsContract(name, makeStores)
  detailsContract(name, makeStores)
  groupsContract(name, makeStores)
  categoriesContract(name, makeStores)
  categoryRaceContract(name, makeStores)
  listingsContract(name, makeStores)
}
