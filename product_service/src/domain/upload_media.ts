/**
 * Stores a picture that someone sent, in three steps: renditions, files, record (invariants 2 and 5 of media.ts and
 * media_ports.ts).
 *
 *  stopped after the files: they have no record, no client sees them, and the sweeper removes them. The upload repeated makes
 *    files of its own.
 *  two at once with the same file: each stores files of its own; one record is added, and the other upload removes its files.
 *  the record's outcome is unknown: its files stay, for the record may be there. If it is not, the sweeper removes them.
 */

import { DomainError } from './errors.ts'
import { fileName, LEFT_OVER_AFTER_MS, type Media } from './media.ts'
import type { MediaFiles, MediaRecords, Pictures, RenderedPicture } from './media_ports.ts'

/** Far more than the steps may take; far less than LEFT_OVER_AFTER_MS, when the sweeper removes files without a record. */
export const UPLOAD_AGE_MAX_MS = LEFT_OVER_AFTER_MS / 24

export type Upload = {
  /** SHA-256 of `file`. */
  readonly id: string
  readonly file: Uint8Array
  readonly by: string
}

export type UploadPorts = {
  readonly records: MediaRecords
  readonly files: MediaFiles
  readonly pictures: Pictures
  readonly now: () => Date
  readonly newId: () => string
  readonly reached: (place: string) => void
}

/** `added` is false if the picture was there. Fails as the ports do. */
export async function uploadMedia(ports: UploadPorts, { id, file, by }: Upload) {
  const { records, files, pictures, now, newId, reached } = ports
  const known = await records.touch(id, now().toISOString())
  if (known) return { media: known, added: false }
  const picture = await pictures.render(file)
  const [folder, startedAt] = [newId(), now().getTime()]
  await putFiles(files, folder, picture)
  reached('media_files_stored')
  // Such as a process that was halted for hours: the sweeper may have removed the files.
  if (now().getTime() - startedAt > UPLOAD_AGE_MAX_MS) {
    throw new DomainError('media_not_processed', 'Storing the picture took too long; send it again.')
  }
  const { width, height, blur } = picture
  const renditions = picture.files.map(({ content: _, ...rendition }) => rendition)
  const media: Media = {
    id,
    folder,
    width,
    height,
    blur,
    renditions,
    createdAt: now().toISOString(),
    createdBy: by,
  }
  const outcome = await records.addOnce(media)
  reached('media_recorded')
  if (outcome.media.folder !== folder) await files.remove(folder).catch(LEFT_TO_THE_SWEEPER)
  return outcome
}

async function putFiles(files: MediaFiles, folder: string, picture: RenderedPicture) {
  try {
    await files.put(
      folder,
      picture.files.map((each) => ({ name: fileName(each), content: each.content })),
    )
  } catch (error) {
    await files.remove(folder).catch(LEFT_TO_THE_SWEEPER)
    throw error
  }
}

const LEFT_TO_THE_SWEEPER = () => {}
