/** Details and groups on SQLite, in memory and by two connections on one file. */
import { detailsContract } from '../details_contract.ts'
import { groupsContract } from '../groups_contract.ts'
import { inMemory, onOneFile } from '../worlds.ts'

for (const [name, makeStores] of [
  ['SQLite in memory', inMemory],
  ['two connections on one SQLite file', onOneFile],
] as const) {
  detailsContract(name, makeStores)
  groupsContract(name, makeStores)
}
