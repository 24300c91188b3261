/** Of the database of payment_service on MongoDB. A released migration is never changed; kinds and rules: the kit, mongo/schema.ts. */
import type { Migrations } from '@shop/service_kit/mongo/schema'

export const PAYMENT_MIGRATIONS: Migrations = [{ name: '0001_payments' }]
