/** Level B on SQLite. */
import { shopLevel } from './level.ts'
import { DISK_FAULTS, openSqliteDeployment } from './sqlite_deployment.ts'

export const SHOP_ON_SQLITE = shopLevel(
  'sqlite',
  'whole services on SQLite',
  DISK_FAULTS,
  [],
  openSqliteDeployment,
)
