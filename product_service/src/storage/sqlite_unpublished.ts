/** Unpublished products in SQLite (domain/unpublished.ts). */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { EventKind, UnpublishedProducts } from '../domain/unpublished.ts'
import { createSweep } from './event_sweep.ts'
import { PRODUCT_COLUMNS, prepareAnyNumbers, type ReadProducts, type Row } from './sqlite_rows.ts'

/** Counted for the metrics. */
const COUNTED_MAX = 2_000
/** Products in one write: sales wait behind it. */
const WRITE_BATCH_MAX = 16
const [ID, UPDATED_AT, SEQ] = [0, 9, 11] as const

const FIELDS = {
  product: { number: 'edit_version', published: 'published_edit_version', due: 'product_publish_due' },
  stock: { number: 'version', published: 'published_version', due: 'stock_publish_due' },
} as const

export function createSqliteUnpublished(
  { reader, writer, write }: SqliteStore,
  reading: ReadProducts,
  kind: EventKind,
): UnpublishedProducts {
  const { number, published, due: dueAt } = FIELDS[kind]
  const select = `SELECT ${PRODUCT_COLUMNS}, p.${number}, coalesce(p.${published}, 0) FROM products p WHERE p.${dueAt}`
  const due = prepareAnyNumbers(reader, `${select} > '' AND p.${dueAt} <= ? ORDER BY p.${dueAt} LIMIT ?`)
  const atOnce = prepareAnyNumbers(reader, `${select} = '' AND p.seq > ? ORDER BY p.seq LIMIT ?`)
  const mark = writer.prepare(`UPDATE products SET ${published} = ?2, ${dueAt} = NULL
    WHERE id = ?1 AND ${number} = ?2`)
  const postpone = writer.prepare(`UPDATE products SET ${dueAt} = ? WHERE id = ? AND ${dueAt} IS NOT NULL`)
  const backlog = reader.prepare(`SELECT count(*) AS count, min(updated_at) AS oldest FROM (
    SELECT updated_at FROM products WHERE ${dueAt} IS NOT NULL LIMIT ${COUNTED_MAX})`)
  const step = prepareAnyNumbers(
    reader,
    `SELECT seq, ${number}, ${published}, ${dueAt} FROM products WHERE seq < ? ORDER BY seq DESC LIMIT ?`,
  )
  const markLate = writer.prepare(`UPDATE products SET ${dueAt} = '' WHERE seq = ? AND ${dueAt} IS NULL`)
  let listed: readonly Row[] = []
  let after = 0

  const inWrites = async <Item>(items: readonly Item[], work: (item: Item) => void) => {
    const writes = []
    for (let from = 0; from < items.length; from += WRITE_BATCH_MAX) {
      const some = items.slice(from, from + WRITE_BATCH_MAX)
      writes.push(write(() => some.forEach(work)))
    }
    await Promise.all(writes)
  }

  return {
    async list(now, limit) {
      const next = atOnce.all(after, limit)
      const first = next.length < limit && after > 0 ? atOnce.all(0, limit - next.length) : []
      const rows = [...due.all(now, limit), ...next, ...first]
      const byId = new Map(rows.map((row) => [String(row[ID]), row]))
      listed = [...byId.values()].slice(0, limit)
      return listed.map((row) => ({
        id: String(row[ID]),
        number: Number(row.at(-2)),
        published: Number(row.at(-1)),
        updatedAt: String(row[UPDATED_AT]),
        product: () => reading.one(row),
      }))
    },
    async markPublished(products) {
      await inWrites(products, ({ id, number }) => void mark.run(id, number))
      const ids = new Set(products.map(({ id }) => id))
      after = Number(listed.findLast((row) => ids.has(String(row[ID])))?.[SEQ] ?? after)
    },
    postpone: (ids, until) => inWrites(ids, (id) => void postpone.run(until, id)),
    async backlog() {
      const { count, oldest } = backlog.get() as { count: number; oldest: string | null }
      return { count, oldestAt: oldest ?? undefined }
    },
    sweep: createSweep<number>({
      last: Number.MAX_SAFE_INTEGER,
      read: async (before, limit) =>
        step.all(before, limit).map(([seq, number, published, due]) => ({
          ...{ position: Number(seq), number: Number(number), isMarked: due !== null },
          published: published as number | null,
        })),
      mark: (seqs) => inWrites(seqs, (seq) => void markLate.run(seq)),
    }),
  }
}
