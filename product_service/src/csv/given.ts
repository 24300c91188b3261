/** What the readers of rows share. */
import type { ImportNote } from '../domain/import.ts'
import type { ReadRow, Wish } from '../domain/import_wishes.ts'

/** Without the fields that are undefined. */
export const given = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never

/** A row with a fault is left out. */
export const ended = (
  { notes }: { readonly notes: readonly ImportNote[] },
  wish: Wish | undefined,
): ReadRow => ({
  wish: notes.some(({ kind }) => kind === 'fault') ? undefined : wish,
  notes,
})
