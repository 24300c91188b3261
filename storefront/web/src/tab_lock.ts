/**
 * Runs `work` in one tab of this browser at a time. Without locks (pages without TLS, blocked storage) it runs at once, so
 * it must be safe without them too.
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
