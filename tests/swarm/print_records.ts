/** Prints what is in the stores; bundled, and run inside a container of order_service. */
import { readFileSync } from 'node:fs'
import { readMongoRecords } from '../cluster/mongo_records.ts'

readMongoRecords(readFileSync('/run/secrets/database_url', 'utf8').trim()).then((records) =>
  console.log(JSON.stringify(records)),
)
