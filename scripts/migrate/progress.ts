/** Copies many records, in groups, with progress lines. What the target has stays if it is equal, and is replaced if not. */
import { isDeepStrictEqual } from 'node:util'
import { isPassing } from '@shop/service_kit/mongo/errors'
import type { Collection } from '@shop/service_kit/mongo/store'
import type { MongoClient } from '@shop/service_kit/mongo/tools'
import { type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'

/** Ids of all our documents are text. */
export type Document = { _id: string; [field: string]: unknown }

export type Database = ReturnType<MongoClient['db']>

/** Records of one kind: what the source has, as documents of the target. */
export type Kind = {
  /** Removed from the target before. */
  readonly anew: boolean
  readonly what: string
  readonly total: number
  readonly documents: () => Iterable<Document>
  readonly collection: Collection<Document>
}

const GROUP = 500
const REPORT_INTERVAL_MS = 1_000
/** How long an election or a full disk of the target may last. The limits of online calls do not count here. */
export const PATIENCE_MS = 10 * 60_000
const PAUSE_MS = 1_000

/** Runs `work` (safe to repeat) until it succeeds, through temporary trouble of the target. */
export async function patiently<T>(
  work: () => Promise<T>,
  { monotonic, sleep }: Pick<Runtime, 'monotonic' | 'sleep'> = systemRuntime,
): Promise<T> {
  for (const deadline = monotonic() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      const passing = isPassing(error) || (error as { code?: unknown }).code === 'store_unavailable'
      if (!passing || monotonic() > deadline) throw error
    }
  }
}

/** Copies the records that the target lacks; before each group `requireOurs` rejects if another run has the target. Prints how many it has, of how many, and how many were there before. */
export async function copy(
  { what, total, documents, collection, anew }: Kind,
  out: NodeJS.WritableStream,
  requireOurs: () => Promise<void>,
) {
  await patiently(requireOurs)
  if (anew) await patiently(() => collection.deleteMany({}))
  let [done, before] = [0, 0]
  let reportedAt = Date.now()
  const line = () => `${what}: ${done} of ${total}${before === 0 ? '' : ` (${before} were there already)`}`
  for (const group of groupsOf(documents())) {
    let seen: number | undefined
    await patiently(async () => {
      await requireOurs()
      const there = await storedOf(collection, group)
      seen ??= there.size
      const missing = group.filter(({ _id }) => !there.has(_id))
      if (missing.length > 0) await collection.insertMany(missing, { ordered: false })
      for (const document of group) {
        const stored = there.get(document._id)
        // The source was used again since the first attempt.
        if (stored && !isDeepStrictEqual(stored, document))
          await collection.replaceOne({ _id: document._id }, document)
      }
    })
    before += seen!
    done += group.length
    if (Date.now() - reportedAt < REPORT_INTERVAL_MS) continue
    reportedAt = Date.now()
    out.write(`${line()} …\n`)
  }
  out.write(`${line()}\n`)
}

/** What differs between the source and the target, after all was copied. */
export async function differences({ what, total, documents, collection }: Kind): Promise<string[]> {
  let different = 0
  for (const group of groupsOf(documents())) {
    const there = await patiently(() => storedOf(collection, group))
    different += group.filter((document) => !isDeepStrictEqual(there.get(document._id), document)).length
  }
  const target = await patiently(() => collection.countDocuments({}))
  return [
    ...(different > 0 ? [`${what}: ${different} of ${total} differ in the target`] : []),
    ...(target === total ? [] : [`${what}: ${total} in the source, ${target} in the target`]),
  ]
}

async function storedOf(collection: Collection<Document>, group: readonly Document[]) {
  const found = collection.find({ _id: { $in: group.map(({ _id }) => _id) } })
  return new Map((await found.toArray()).map((document) => [document._id, document as Document]))
}

function* groupsOf(documents: Iterable<Document>): Generator<Document[]> {
  let group: Document[] = []
  for (const document of documents) {
    // As the driver stores it: fields that are undefined are absent.
    group.push(withoutUndefined(document))
    if (group.length < GROUP) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

const withoutUndefined = <Of>(value: Of): Of => {
  if (Array.isArray(value)) return value.map(withoutUndefined) as Of
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, withoutUndefined(field)]),
  ) as Of
}
