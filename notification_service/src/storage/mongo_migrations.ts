/** Of the database of notification_service on MongoDB. A released migration is never changed; kinds and rules: the kit, mongo/schema.ts. */
import type { Migrations } from '@shop/service_kit/mongo/schema'

export const NOTIFICATION_MIGRATIONS: Migrations = [
  { name: '0001_events' },
  { name: '0002_webhooks' },
  { name: '0003_mails' },
]
