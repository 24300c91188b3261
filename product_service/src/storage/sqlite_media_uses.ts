/** Which product or group shows which pictures (invariant 6 of media_ports.ts). For use inside a write of the store. */
import type { DatabaseSync } from 'node:sqlite'
import { DomainError } from '../domain/errors.ts'
import type { MediaFacts } from '../domain/media.ts'
import { prepareQuery } from './sqlite_rows.ts'

/**
 * Makes `ids` the pictures that `owner` (the id of a product or group) shows; those that it showed before and shows no longer
 * count as unused since `at`. Returns what a page needs of each, by id. Fails with `media_unknown`.
 */
export type ReplaceMediaUses = (
  owner: string,
  ids: readonly string[],
  at: string,
) => ReadonlyMap<string, MediaFacts>

export function prepareMediaUses(writer: DatabaseSync): ReplaceMediaUses {
  const facts = prepareQuery(writer, 'SELECT width, height, blur FROM media WHERE id = ?')
  const used = prepareQuery(writer, 'SELECT media_id FROM media_uses WHERE owner_id = ?')
  const use = writer.prepare(
    'INSERT INTO media_uses (owner_id, media_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const release = writer.prepare('DELETE FROM media_uses WHERE owner_id = ? AND media_id = ?')
  const nowUsed = writer.prepare('UPDATE media SET unused_since = NULL WHERE id = ?')
  const nowUnused = writer.prepare(
    'UPDATE media SET unused_since = ? WHERE id = ? AND NOT EXISTS (SELECT 1 FROM media_uses WHERE media_id = id)',
  )
  return (owner, ids, at) => {
    const found = new Map(
      ids.map((id) => {
        const row = facts.get(id)
        if (!row) throw new DomainError('media_unknown', `There is no picture ${id}.`, { picture: id })
        const [width, height, blur] = row as [number, number, string]
        return [id, { width, height, blur }] as const
      }),
    )
    for (const id of ids) {
      use.run(owner, id)
      nowUsed.run(id)
    }
    for (const [id] of used.all(owner)) {
      if (found.has(String(id))) continue
      release.run(owner, id!)
      nowUnused.run(at, id!)
    }
    return found
  }
}
