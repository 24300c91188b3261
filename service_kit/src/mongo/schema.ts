/**
 * Numbered migrations of a MongoDB database, and whether this release may use it.
 *
 * Replicas of two releases run side by side during every update, and after a rollback. So there are two kinds of migrations:
 *  - One that only adds (fields, collections, indexes): the release before works beside it, and starts on it.
 *  - A `breaking` one, which removes what the release before uses. It belongs in the release after: the release before is
 *    refused from the moment when it begins, so it comes only when a rollback to that release is no longer wanted.
 *
 * The setting `schema` records the last migration (`generation`, `value`), the least generation that a release must know
 * (`needs`), and the migration under way (`pending`). A store that is newer and does not say what it needs is refused.
 */
import type { Db, UpdateFilter } from 'mongodb'
import { indexesOf } from './indexes.ts'
import { MARK, type Setting } from './settings.ts'
import { UnfitStore } from './unfit.ts'

type Named = {
  /** `0001_what_it_does`: numbers without gaps. */
  readonly name: string
  /** Safe to repeat: it may be interrupted anywhere, and if a lease is lost, two replicas run it. Has no deadline. */
  readonly run?: (db: Db) => Promise<void>
}

export type MongoMigration =
  | (Named & { readonly breaking?: false })
  /** `drops`: indexes of earlier releases, by collection. They are dropped after the new ones were built. */
  | (Named & { readonly breaking: true; readonly drops?: Readonly<Record<string, readonly string[]>> })

export type Migrations = readonly MongoMigration[]

/** Of the setting. */
export const SCHEMA = 'schema'

/** The least number of migrations that a release must know to use a database with this setting. */
export const neededBy = ({
  generation = 0,
  needs = generation,
}: Pick<Setting, 'generation' | 'needs'>): number => needs

const numberOf = ({ name }: MongoMigration): number => Number(/^(\d{4})_[a-z0-9_]+$/.exec(name)?.[1])

export function requireNumbered(migrations: Migrations) {
  for (const [i, migration] of migrations.entries()) {
    if (numberOf(migration) !== i + 1)
      throw new Error(`The migration ${migration.name} is not number ${i + 1}.`)
  }
}

/** Throws UnfitStore while the database is being filled by a command. */
export async function requireWhole(db: Db): Promise<void> {
  const mark = await db.collection<Setting>('settings').findOne({ _id: MARK._id })
  if (mark?.value !== MARK.value) return
  throw new UnfitStore(
    `The database ${db.databaseName} is being filled by npm run migrate or npm run restore. If that was interrupted, run it again.`,
  )
}

/**
 * What is missing, and what is under way. Throws UnfitStore if the database needs a newer release. Without migrations nothing is
 * checked.
 */
export async function missingMigrations(
  db: Db,
  migrations: Migrations | undefined,
): Promise<{ readonly missing: Migrations; readonly pending?: string | undefined }> {
  if (!migrations) return { missing: [] }
  const stored = await db.collection<Setting>('settings').findOne({ _id: SCHEMA })
  if (!stored) return { missing: migrations }
  const { generation = 0, value, pending } = stored
  const needs = neededBy(stored)
  if (needs <= migrations.length) return { missing: migrations.slice(generation), pending }
  const state =
    pending === undefined ? `has ${value}, schema ${generation}` : `is being changed by ${pending}`
  throw new UnfitStore(
    `The database ${db.databaseName} ${state}. It needs a release that knows schema ${needs}; this one knows ${migrations.length}. Start a newer release, or restore a backup from before the update.`,
  )
}

/** Runs the missing migrations. `buildIndexes` is called between them and the dropping of old indexes. */
export async function migrate(db: Db, missing: Migrations, buildIndexes: () => Promise<void>): Promise<void> {
  const settings = db.collection<Setting>('settings')
  const record = (update: UpdateFilter<Setting>) =>
    settings.updateOne({ _id: SCHEMA }, update, { upsert: true })
  for (const migration of missing) {
    const needs = migration.breaking ? { needs: numberOf(migration) } : {}
    await record({
      $set: { ...needs, pending: migration.name },
      $setOnInsert: { generation: 0, ...(migration.breaking ? {} : { needs: 0 }) },
    })
    await migration.run?.(db)
  }
  await buildIndexes()
  for (const migration of missing) {
    if (migration.breaking) await dropIndexes(db, migration.drops ?? {})
  }
  const last = missing.at(-1)
  if (last) await record({ $set: { generation: numberOf(last), value: last.name }, $unset: { pending: '' } })
}

async function dropIndexes(db: Db, drops: Readonly<Record<string, readonly string[]>>) {
  for (const [name, indexes] of Object.entries(drops)) {
    const collection = db.collection(name)
    const present = new Set((await indexesOf(collection)).map((index) => index.name))
    for (const index of indexes) {
      if (present.has(index)) await collection.dropIndex(index)
    }
  }
}
