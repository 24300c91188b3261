/**
 * The storage of this browser. Where it is blocked (cookies off, some private windows) a store in memory replaces it: the
 * shop works, and forgets when the tab is closed.
 */
export type KeyValueStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export const browserStorage: KeyValueStorage = openStorage(() => localStorage)
/** Of this tab, until it is closed. */
export const tabStorage: KeyValueStorage = openStorage(() => sessionStorage)

function openStorage(find: () => Storage): KeyValueStorage {
  try {
    // Some browsers return a storage that throws when it is read.
    const storage = find()
    storage.getItem('shop')
    return storage
  } catch {
    return inMemory()
  }
}

function inMemory(): KeyValueStorage {
  const values = new Map<string, string>()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}
