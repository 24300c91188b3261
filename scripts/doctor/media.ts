/** Checks that every picture has its files, and that no files are left of pictures that are gone. */
import { LEFT_OVER_AFTER_MS, timeOfFolder } from '@shop/product_service/domain/media'
import type { MediaFiles } from '@shop/product_service/domain/media_ports'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { PAGE } from './consistency.ts'
import type { Check, Finding } from './findings.ts'

/** The service removes left-overs itself; files that are twice as old show that it does not. */
const STUCK_AFTER_MS = 2 * LEFT_OVER_AFTER_MS

async function isThere(files: MediaFiles, folder: string): Promise<boolean> {
  const pieces = await files.get(folder, '320.webp')
  // Reading it closes it.
  if (pieces) await Array.fromAsync(pieces)
  return pieces !== undefined
}

export async function checkMedia(stores: ProductStores, now: () => Date): Promise<Check> {
  try {
    return await checkFiles(stores, now)
  } catch (error) {
    if ((error as { code?: string }).code !== 'media_store_unavailable') throw error
    const problem = `The files of pictures cannot be read: ${reasonOf(error)}`
    const remedy = 'Correct what the sentence names. The shop sells meanwhile, without pictures.'
    return { name: 'Pictures', findings: [{ problem, remedy }], summary: 'unknown' }
  }
}

async function checkFiles({ media }: ProductStores, now: () => Date): Promise<Check> {
  const { records, files } = media
  const folders = new Set<string>()
  const findings: Finding[] = []
  for (let after: string | undefined, more = true; more; ) {
    const page = await files.folders(after, PAGE)
    const kept = await records.foldersKept(page.folders)
    for (const folder of page.folders) {
      folders.add(folder)
      if (kept.has(folder) || !(timeOfFolder(folder) < now().getTime() - STUCK_AFTER_MS)) continue
      findings.push({
        problem: `The files ${folder} belong to no picture, and were not removed.`,
        remedy: 'Read the log of product_service, which removes such files after a day.',
        async fix() {
          await files.remove(folder)
          return `The files ${folder} are removed.`
        },
      })
    }
    after = page.next
    more = after !== undefined
  }
  let pictures = 0
  for (let after: readonly (string | number)[] | undefined, more = true; more; ) {
    const page = await records.list({ after, limit: PAGE })
    pictures += page.items.length
    for (const { id, folder } of page.items) {
      // Stored after the folders were read.
      if (folders.has(folder) || (await isThere(files, folder))) continue
      if (!(await records.find(id))) continue
      findings.push({
        problem: `The picture ${id} has no files.`,
        remedy: `Put the folder ${folder} back from the last backup (media/${folder.slice(-2)}/${folder}).`,
      })
    }
    after = page.next
    more = after !== undefined
  }
  return { name: 'Pictures', findings, summary: `${pictures} with their files` }
}
