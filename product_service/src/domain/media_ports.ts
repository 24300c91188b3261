/**
 * What pictures need: records, files, and a process that makes renditions. Every adapter passes test/media_*_contract.ts.
 *
 * Invariants
 *  5. Files come first, the record last; a record goes first, its files last. So a record never lacks files, and files without
 *     a record are left-overs of something that was interrupted (sweep_media.ts).
 *  6. A picture that a product or group uses is never removed. A use names a record that is there, in the transaction that
 *     makes the use; removal needs a record without uses, in the transaction that removes it.
 */
import type { Media, Rendition } from './media.ts'

/** A file of a picture: its rendition, and the bytes of that. */
export type RenderedFile = Rendition & { readonly content: Uint8Array }
export type RenderedPicture = Pick<Media, 'width' | 'height' | 'blur'> & {
  readonly files: readonly RenderedFile[]
}

export type Pictures = {
  /**
   * Makes the renditions of a file that someone sent. Fails with `media_format_unsupported`, `media_size_refused`,
   * `media_animated` or `media_unreadable` because of the file, with `media_not_processed` if it takes too long or breaks the
   * process, and with `overloaded`.
   */
  render(file: Uint8Array): Promise<RenderedPicture>
  close(): Promise<void>
}

/** A file is named by its folder (Media.folder) and what it holds. */
export type FileName = `${number}.${'webp' | 'jpg'}`
export type StoredFile = { readonly name: FileName; readonly content: Uint8Array }

export type MediaFiles = {
  /** Stores the files of one picture durably. Fails with `media_store_unavailable`; then some may be stored. Safe to repeat. */
  put(folder: string, files: readonly StoredFile[]): Promise<void>
  /** Resolves undefined if there is no such file. Fails with `media_store_unavailable`. */
  get(folder: string, name: FileName): Promise<AsyncIterable<Uint8Array> | undefined>
  /** Removes all files of a picture. Safe to repeat. Fails with `media_store_unavailable`. */
  remove(folder: string): Promise<void>
  /** The folders, in an order of its own, `limit` at a time. `next` is undefined at the end. Also those of unfinished writes. */
  folders(
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly folders: readonly string[]; readonly next: string | undefined }>
}

type Position = readonly (string | number)[]
export type ListedMedia = Media & { readonly used: boolean }

export type MediaRecords = {
  /** Adds the record, or resolves the one that has its id; that one counts as unused since `media.createdAt`, not earlier. */
  addOnce(media: Media): Promise<{ readonly media: Media; readonly added: boolean }>
  /** The record, which from now on counts as unused since `at` at the earliest. */
  touch(id: string, at: string): Promise<Media | undefined>
  find(id: string): Promise<Media | undefined>
  /** Newest first. A position is [folder]; `next` is undefined at the end. */
  list(page: { readonly after: Position | undefined; readonly limit: number }): Promise<{
    readonly items: readonly ListedMedia[]
    readonly next: Position | undefined
  }>
  /** Those that nothing uses since before `before`, after the position `after`. */
  unused(
    before: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly Media[]; readonly next: string | undefined }>
  /** Removes the record if nothing uses it since before `before` (invariant 6). Resolves whether it did. */
  removeUnused(id: string, before: string): Promise<boolean>
  /** Which of these folders belong to a record. */
  foldersKept(folders: readonly string[]): Promise<ReadonlySet<string>>
}
