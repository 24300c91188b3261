/** Of the database of order_service on MongoDB. A released migration is never changed; kinds and rules: the kit, mongo/schema.ts. */
import type { Migrations } from '@shop/service_kit/mongo/schema'

export const ORDER_MIGRATIONS: Migrations = [{ name: '0001_as_in_release_1_0' }]
