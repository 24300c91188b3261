/** Imports are removed some time after their last change, also one that was begun and forgotten. */
import type { RetentionSource } from '@shop/service_kit/storage/retention'
import { changed, type Import, isOpen, isWorkedOn } from '../domain/import.ts'
import type { Imports } from '../domain/import_ports.ts'

export const OLD_IMPORTS_DAYS = 30

export function createOldImports(imports: Imports): RetentionSource<Import> {
  let oldBefore = ''
  /** One that is open ends first: then no admin can start it while its steps are removed. */
  const mayRemove = async (job: Import) =>
    !isOpen(job) || imports.save(changed(job, { state: 'cancelled' }, job.updatedAt))
  return {
    kind: 'import',
    due(before, after, limit) {
      oldBefore = before
      return imports.old(before, after, limit)
    },
    async remove(items) {
      let removed = 0
      for (const job of items) {
        if (isWorkedOn(job) || !(await mayRemove(job))) continue
        if (await imports.remove(job.id, oldBefore)) removed += 1
      }
      return removed
    },
  }
}
