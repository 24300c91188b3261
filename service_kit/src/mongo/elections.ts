/**
 * Elections of a primary, and how reads survive them.
 *
 * A new primary has every acknowledged write, but does not know at first that a majority has them. Until the first write
 * of its term is on a majority, most versions (SERVER-53813) answer majority reads with older data: an order confirmed a
 * second ago is not found. So after each election a write of ours goes first, and reads made meanwhile are repeated.
 */
import type { MongoClient, ServerDescriptionChangedEvent } from 'mongodb'

export type Elections = {
  /** Changes with each election. */
  last(): string | undefined
  /** Resolves when reads see every acknowledged write; undefined unless there was an election. */
  caughtUp(): Promise<void> | undefined
}

/** `write` must wait for a majority. Routers of a sharded cluster do not report elections. */
export function watchElections(client: MongoClient, write: () => Promise<unknown>): Elections {
  let last: string | undefined
  let passed: string | undefined
  let passing: Promise<void> | undefined

  // The event comes before an operation that waited for a primary is sent.
  client.on('serverDescriptionChanged', ({ newDescription }: ServerDescriptionChangedEvent) => {
    const { type, address, electionId } = newDescription
    if (type === 'RSPrimary') last = `${address} ${electionId?.toHexString()}`
  })

  const pass = async () => {
    while (passed !== last) {
      const before = last
      await write()
      passed = before
    }
  }

  return {
    last: () => last,
    caughtUp() {
      if (passed === last) return undefined
      passing ??= pass().finally(() => {
        passing = undefined
      })
      return passing
    },
  }
}
