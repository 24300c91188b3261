/** The MongoDB driver with calls that can be made to fail (fault_runs.ts). */
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
const UNEXPECTED = 'The driver failed unexpectedly.'

export const MONGO_ERRORS: readonly (() => unknown)[] = [
  () => new MongoNetworkError('connection 7 to 127.0.0.1:27017 closed'),
  () => new MongoServerError({ message: 'stepped down', code: PRIMARY_STEPPED_DOWN }),
  () => new MongoError(UNEXPECTED),
]

/** An unexpected error is not translated: it becomes a 500, after which the change may be stored or not. */
export const MONGO_OPTIONS = {
  leavesOpen: (error) => error instanceof MongoError && error.message === UNEXPECTED,
} as const satisfies FaultOptions
