/** Level B on MongoDB. */
import { shopLevel } from './level.ts'
import { MONGO_FAULTS, MONGO_SITUATIONS, openMongoDeployment } from './mongo_deployment.ts'

export const SHOP_ON_MONGO = shopLevel(
  'mongo',
  'whole services on a model of a MongoDB replica set',
  MONGO_FAULTS,
  MONGO_SITUATIONS,
  openMongoDeployment,
)
