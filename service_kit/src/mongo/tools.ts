/** The driver for operators' tools, which copy whole databases: no operation has a deadline of its own. */
import { BSON, type Document, MongoClient } from 'mongodb'
import { CLIENT_OPTIONS } from './options.ts'

export type { MongoClient } from 'mongodb'

export const connectPatiently = (url: string, appName: string): MongoClient =>
  new MongoClient(url, {
    ...CLIENT_OPTIONS,
    appName,
    socketTimeoutMS: 0,
    wtimeoutMS: 0,
    waitQueueTimeoutMS: 0,
  })

/** Numbers and binaries stay of the types that they have in the store. */
export const documentIn = (bson: Uint8Array): Document =>
  BSON.deserialize(bson, {
    promoteValues: false,
    promoteLongs: false,
    promoteBuffers: false,
    bsonRegExp: true,
  })

/** With the types of JavaScript, as our stores read it. */
export const plainDocumentIn = (bson: Uint8Array): Document => BSON.deserialize(bson)
