/**
 * What this browser keeps for us from visit to visit. Where it refuses (cookies blocked, some private windows), the
 * same in memory: the shop works, and forgets when the tab is closed.
 */
export type KeyValueStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export const browserStorage: KeyValueStorage = openStorage()

function openStorage(): KeyValueStorage {
  try {
    // Reading alone tells: some browsers hand out a storage that then refuses.
    localStorage.getItem('shop')
    return localStorage
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
