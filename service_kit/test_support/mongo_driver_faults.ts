/** The MongoDB driver that fails at will (fault_runs.ts). */
import {
  AbstractCursor,
  ClientSession,
  Collection,
  Db,
  MongoError,
  MongoNetworkError,
  MongoServerError,
} from 'mongodb'
import { type FaultOptions, makeFaulty } from './fault_runs.ts'

export const mongoDriver = makeFaulty([
  [
    Collection.prototype,
    [
      'insertOne',
      'insertMany',
      'updateOne',
      'updateMany',
      'deleteOne',
      'deleteMany',
      'bulkWrite',
      'findOne',
      'countDocuments',
      'createIndexes',
      'indexes',
    ],
  ],
  [AbstractCursor.prototype, ['toArray', 'next']],
  [ClientSession.prototype, ['commitTransaction', 'abortTransaction', 'endSession']],
  [Db.prototype, ['command']],
])

const PRIMARY_STEPPED_DOWN = 189
const UNFORESEEN = 'The driver failed in an unforeseen way.'

export const MONGO_ERRORS: readonly (() => unknown)[] = [
  () => new MongoNetworkError('connection 7 to 127.0.0.1:27017 closed'),
  () => new MongoServerError({ message: 'stepped down', code: PRIMARY_STEPPED_DOWN }),
  () => new MongoError(UNFORESEEN),
]

/** An unforeseen error passes unchanged: a fault of ours (500), which does not say what was done. */
export const MONGO_OPTIONS = {
  leavesOpen: (error) => error instanceof MongoError && error.message === UNFORESEEN,
} as const satisfies FaultOptions
