/** A document of `settings`, which each database has. */
export type Setting = {
  _id: string
  value?: string
  digits?: number
  until?: Date
  electionSeenAt?: Date
  /** Of the schema (schema.ts). */
  generation?: number
  needs?: number
  pending?: string
  /** When the database was made; absent in old databases. */
  madeAt?: Date
  /** Of `orderNumbers` (order_service/src/storage/mongo_order_numbers.ts). */
  last?: number
  oldLast?: number
  oldEnd?: number
  complete?: string
  /** Of `lastBackup`, which `npm run backup` writes. */
  at?: Date
}

/** The mark of `npm run migrate` and `npm run restore`, from the first change to the last: no service uses half a shop. */
export const MARK = { _id: 'migration', value: 'under way' }
