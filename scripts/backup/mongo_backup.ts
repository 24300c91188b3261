/**
 * Copies the databases of a shop on MongoDB as they are at one moment, while it runs.
 *
 * All reads belong to one snapshot session: the server answers each of them from the same moment, in every database. So
 * the copies together are what a power cut at that moment would have left, and the shop recovers from them in the same
 * way. Nothing waits for the copying. The server keeps that moment for five minutes by default: a copy that takes longer
 * fails, and says what to set.
 */
import { join } from 'node:path'
import { isPassing } from '@shop/service_kit/mongo/errors'
import { SNAPSHOT_READ } from '@shop/service_kit/mongo/options'
import { explainFailure } from '@shop/service_kit/mongo/server_checks'
import { connectPatiently } from '@shop/service_kit/mongo/tools'
import { DATABASES, fileOf, LAST_BACKUP, SETTINGS } from './databases.ts'
import { writeDocuments } from './documents.ts'

const SNAPSHOT_TOO_OLD = 239
/** In one answer of the server. */
const DOCUMENTS_AT_ONCE = 1_000

export type MongoCopy = {
  readonly at: Date
  /** Documents by file. */
  readonly counts: Readonly<Record<string, number>>
}

/** Rejects with a sentence. */
export async function copyDatabases(
  url: string,
  folder: string,
  onFile: (file: string, documents: number) => void,
  connect = connectPatiently,
): Promise<MongoCopy> {
  const client = connect(url, 'backup')
  const session = client.startSession({ snapshot: true })
  const counts: Record<string, number> = {}
  try {
    await client.connect()
    // The first read determines the moment.
    const at = new Date()
    for (const { name, collections } of DATABASES) {
      for (const collection of collections) {
        const file = fileOf(name, collection)
        // Raw documents are bytes, which the driver's types do not say.
        const documents: AsyncIterable<unknown> = client
          .db(name)
          .collection(collection)
          .find({}, { session, ...SNAPSHOT_READ, raw: true, batchSize: DOCUMENTS_AT_ONCE })
        counts[file] = await writeDocuments(join(folder, file), documents as AsyncIterable<Uint8Array>)
        onFile(file, counts[file])
      }
    }
    return { at, counts }
  } catch (error) {
    if ((error as { code?: unknown }).code === SNAPSHOT_TOO_OLD) {
      throw new Error(
        'The copy took longer than the server keeps the moment of its beginning. Set minSnapshotHistoryWindowInSeconds of ' +
          'every member to more than the copy needs (setParameter; 300 by default), and back up again.',
      )
    }
    throw isPassing(error) ? await explainFailure(url, error) : error
  } finally {
    await session.endSession().catch(() => {})
    await client.close()
  }
}

/** Every database knows when it was last copied: the metric `shop_last_backup_timestamp_seconds`. */
export async function recordBackup(url: string, at: Date): Promise<void> {
  const client = connectPatiently(url, 'backup')
  try {
    for (const { name } of DATABASES) {
      const settings = client.db(name).collection<{ _id: string; at?: Date }>(SETTINGS)
      await settings.updateOne({ _id: LAST_BACKUP }, { $set: { at } }, { upsert: true })
    }
  } finally {
    await client.close()
  }
}
