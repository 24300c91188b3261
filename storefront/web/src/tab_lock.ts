/**
 * Of all tabs of this browser, one at a time does `work`; a tab that waited finds what the one before it left. Without
 * locks (pages served without TLS, storage blocked) it is done at once, and must be safe all the same.
 */
export async function withTabLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  let begun = false
  const run = () => {
    begun = true
    return work()
  }
  try {
    return await navigator.locks.request(name, run)
  } catch (error) {
    if (begun) throw error
    return run()
  }
}
