/** The databases of a shop on MongoDB, and what each of them holds. */
import { AUTH_MIGRATIONS } from '@shop/auth_service/storage/mongo_migrations'
import { MONGO_DATABASE as AUTH, AUTH_INDEXES } from '@shop/auth_service/storage/open_mongo'
import { NOTIFICATION_MIGRATIONS } from '@shop/notification_service/storage/mongo_migrations'
import {
  NOTIFICATION_INDEXES,
  MONGO_DATABASE as NOTIFICATIONS,
} from '@shop/notification_service/storage/open_mongo'
import { ORDER_MIGRATIONS } from '@shop/order_service/storage/mongo_migrations'
import { ORDER_INDEXES } from '@shop/order_service/storage/mongo_order_documents'
import { MONGO_DATABASE as ORDERS } from '@shop/order_service/storage/open_mongo'
import { PAYMENT_MIGRATIONS } from '@shop/payment_service/storage/mongo_migrations'
import { PAYMENT_INDEXES } from '@shop/payment_service/storage/mongo_payment_documents'
import { MONGO_DATABASE as PAYMENTS } from '@shop/payment_service/storage/open_mongo'
import { PRODUCT_INDEXES } from '@shop/product_service/storage/mongo_documents'
import { PRODUCT_MIGRATIONS } from '@shop/product_service/storage/mongo_migrations'
import { MONGO_DATABASE as PRODUCTS } from '@shop/product_service/storage/open_mongo'
import type { Migrations } from '@shop/service_kit/mongo/schema'
import { databaseOf } from '@shop/service_kit/mongo/url'
import { refuse } from '../arguments.ts'

export type Database = {
  readonly name: string
  readonly collections: readonly string[]
  readonly migrations: Migrations
  /** Shops of release 1.0, and their backups, have none. */
  readonly addedLater?: true
}

/** The marks and settings of a database; copied last, and never as they are. */
export const SETTINGS = 'settings'
/** In SETTINGS: when the database was last copied. */
export const LAST_BACKUP = 'lastBackup'

/** Every collection has an index in these lists (setup.ts of the kit), so none is missing. */
export const DATABASES: readonly Database[] = [
  { name: AUTH, collections: [...Object.keys(AUTH_INDEXES), SETTINGS], migrations: AUTH_MIGRATIONS },
  {
    name: PRODUCTS,
    collections: [...Object.keys(PRODUCT_INDEXES), SETTINGS],
    migrations: PRODUCT_MIGRATIONS,
  },
  {
    name: NOTIFICATIONS,
    collections: [...Object.keys(NOTIFICATION_INDEXES), SETTINGS],
    migrations: NOTIFICATION_MIGRATIONS,
    addedLater: true,
  },
  {
    name: PAYMENTS,
    collections: [...Object.keys(PAYMENT_INDEXES), SETTINGS],
    migrations: PAYMENT_MIGRATIONS,
    addedLater: true,
  },
  { name: ORDERS, collections: [...Object.keys(ORDER_INDEXES), SETTINGS], migrations: ORDER_MIGRATIONS },
]

export const fileOf = (database: string, collection: string): string => `${database}.${collection}.bson.gz`

export const isMongo = (url: string | undefined): url is string => /^mongodb(\+srv)?:/.test(url ?? '')

/** Any other URL than one of MongoDB would silently be answered with the files of DATA_DIR. */
export function requireOurUrl(url: string | undefined): void {
  if (url !== undefined && !isMongo(url))
    refuse(
      'DATABASE_URL is not one of MongoDB (mongodb://…). For a shop on SQLite leave it out, and set DATA_DIR.',
    )
}

export function requireNoPath(url: string): void {
  if (databaseOf(url) !== undefined)
    refuse('Leave the path out of DATABASE_URL: each service has a database of its own.')
}
