/** Lists that this browser keeps. What cannot be read is as if it were not there. */
import type { KeyValueStorage } from '../../storage.ts'

export function readList(storage: KeyValueStorage, key: string): readonly unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(storage.getItem(key) ?? 'null')
    return Array.isArray(list) ? list : undefined
  } catch {
    return undefined
  }
}

export function writeList(storage: KeyValueStorage, key: string, list: readonly unknown[]): void {
  try {
    storage.setItem(key, JSON.stringify(list))
  } catch {}
}
