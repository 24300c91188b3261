/** Pictures on MongoDB, their files in a collection. */
import { type TestContext, test } from 'node:test'
import { openMongo } from '@shop/service_kit/mongo/store'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { type MongoServer, needsRealServer } from '@shop/service_kit/test_support/mongo_server'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { collectionsOf, PRODUCT_INDEXES, readingsOf } from '../../src/storage/mongo_documents.ts'
import { createMongoMediaFiles } from '../../src/storage/mongo_media_files.ts'
import { createMongoMediaRecords } from '../../src/storage/mongo_media_records.ts'
import { replaceMediaUses } from '../../src/storage/mongo_media_uses.ts'
import {
  type MakeMedia,
  mediaFilesContract,
  mediaRaceContract,
  mediaRecordsContract,
} from '../media_contract.ts'

async function open(t: TestContext, server: MongoServer, database: string) {
  const plan = { service: 'product_service', database, indexes: PRODUCT_INDEXES }
  const store = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
  t.after(() => store.close())
  const records = createMongoMediaRecords(store, readingsOf(IGNORE_UNREADABLE))
  const use = (owner: string, ids: readonly string[], at: string) =>
    store.transact((session) => replaceMediaUses(collectionsOf(store), session, owner, ids, at))
  return { store, records, use }
}

mongoSuites('pictures in MongoDB', (server) => {
  const alone: MakeMedia = async (t) => {
    const world = await open(t, server, server.newDatabase())
    return [world, world]
  }
  const two: MakeMedia = async (t) => {
    const database = server.newDatabase()
    return [await open(t, server, database), await open(t, server, database)]
  }
  mediaRecordsContract('MongoDB', alone)
  mediaFilesContract('MongoDB', async (t) =>
    createMongoMediaFiles((await open(t, server, server.newDatabase())).store),
  )
  // Races of two processes are overlapping transactions.
  if (server.honest) mediaRaceContract('MongoDB, two connections', two)
  else test('pictures used and removed at the same time', { skip: needsRealServer(server) }, () => {})
})
