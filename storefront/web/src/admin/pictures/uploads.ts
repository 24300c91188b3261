/**
 * Uploads in order, a few at a time.
 *
 * Invariants
 *  1. At most AT_ONCE are sent at once; the others wait in the order in which they were added.
 *  2. A failure stays, with its reason, until it is tried again or dismissed; it does not stop the others.
 *  3. What was cancelled is not stored in the form, also if its answer arrives later.
 *  4. Pictures come into the form in the order of their files, also if a later one was sent sooner.
 */

export type Upload = {
  readonly key: number
  readonly file: File
  readonly state: 'waiting' | 'sending' | 'stored' | 'failed'
  /** The share that was sent. */
  readonly sent: number
  readonly id?: string
  readonly error?: unknown
}

type Send = (
  file: File,
  sending: { signal: AbortSignal; onProgress: (share: number) => void },
) => Promise<string>

export const AT_ONCE = 2
/** The service refuses a larger file; it is refused here before it is sent. */
export const PICTURE_BYTES_MAX = 10 * 1024 * 1024

export function createUploads(send: Send, onStored: (id: string, file: File) => void) {
  let uploads: readonly Upload[] = []
  let lastKey = 0
  const controllers = new Map<number, AbortController>()
  const listeners = new Set<() => void>()

  const set = (next: readonly Upload[]) => {
    uploads = next
    for (const listener of listeners) listener()
  }
  const change = (key: number, to: Partial<Upload>) =>
    set(uploads.map((upload) => (upload.key === key ? { ...upload, ...to } : upload)))

  /** Hands on what is stored and has no unfinished file before it. */
  const handOn = () => {
    // A failed one holds nothing up.
    const open = uploads.findIndex(({ state }) => state === 'waiting' || state === 'sending')
    const before = open < 0 ? uploads : uploads.slice(0, open)
    const stored = before.filter(({ state }) => state === 'stored')
    if (stored.length === 0) return
    set(uploads.filter((upload) => !stored.includes(upload)))
    for (const { id, file } of stored) onStored(id!, file)
  }

  const start = () => {
    while (controllers.size < AT_ONCE) {
      const next = uploads.find(({ state }) => state === 'waiting')
      if (!next) return
      void run(next)
    }
  }

  const run = async ({ key, file }: Upload) => {
    const controller = new AbortController()
    controllers.set(key, controller)
    change(key, { state: 'sending', sent: 0 })
    const { signal } = controller
    const onProgress = (sent: number) => signal.aborted || change(key, { sent })
    const end = await send(file, { signal, onProgress }).then(
      (id) => ({ state: 'stored', id }) as const,
      (error: unknown) => ({ state: 'failed', error }) as const,
    )
    controllers.delete(key)
    if (!signal.aborted) change(key, end)
    handOn()
    start()
  }

  return {
    list: (): readonly Upload[] => uploads,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    add(files: readonly File[]) {
      set([...uploads, ...files.map((file): Upload => ({ key: ++lastKey, file, state: 'waiting', sent: 0 }))])
      start()
    },
    /** Cancels it, or forgets its failure. */
    drop(key: number) {
      controllers.get(key)?.abort()
      set(uploads.filter((upload) => upload.key !== key))
      handOn()
    },
    again(key: number) {
      change(key, { state: 'waiting', error: undefined })
      start()
    },
    dropAll() {
      for (const controller of controllers.values()) controller.abort()
      set([])
    },
  }
}
