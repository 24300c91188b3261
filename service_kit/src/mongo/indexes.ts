/** Compares the indexes of a database with those that a service needs: by key and options, not only by name. */
import { isDeepStrictEqual } from 'node:util'
import { type Collection, type Db, type IndexDescription, MongoServerError } from 'mongodb'
import { UnfitStore } from './unfit.ts'

export type Indexes = Readonly<Record<string, readonly IndexDescription[]>>

/** Do all exist? Throws UnfitStore if one has the name but another key or other options. */
export async function allExist(db: Db, indexes: Indexes): Promise<boolean> {
  let all = true
  for (const [collection, descriptions] of Object.entries(indexes)) {
    const present = await indexesOf(db.collection(collection))
    for (const wanted of descriptions) {
      const found = present.find(({ name }) => name === wanted.name)
      if (!found) all = false
      else if (!isSame(found, wanted)) throw differs(db, collection, wanted)
    }
  }
  return all
}

const NAMESPACE_NOT_FOUND = 26

/** None of a collection that does not exist: the server refuses to list those. */
export async function indexesOf(collection: Collection): Promise<readonly IndexDescription[]> {
  try {
    return await collection.indexes()
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return []
    throw error
  }
}

function isSame(found: IndexDescription, wanted: IndexDescription): boolean {
  const [foundKey, wantedKey] = [found, wanted].map(({ key }) => JSON.stringify(key))
  // The server makes the index of `_id`, and reports its options in different ways.
  return (
    foundKey === wantedKey &&
    (wanted.name === '_id_' || isDeepStrictEqual(optionsOf(found), optionsOf(wanted)))
  )
}

const optionsOf = ({ unique, sparse, expireAfterSeconds, partialFilterExpression }: IndexDescription) => ({
  unique: unique === true,
  sparse: sparse === true,
  expireAfterSeconds: expireAfterSeconds ?? null,
  partialFilterExpression: partialFilterExpression ?? null,
})

const differs = (db: Db, collection: string, { name }: IndexDescription) =>
  new UnfitStore(
    `The index ${name} of ${collection} has another key or other options than this release needs. Drop it, and it is built as it should be:
  mongosh --eval "db.getSiblingDB('${db.databaseName}').${collection}.dropIndex('${name}')"`,
  )
