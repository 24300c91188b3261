/**
 * Elections, as the driver sees them, and why they matter to reads.
 *
 * A new primary holds everything that was ever answered, but in its first moments does not know yet that a majority
 * has it. Until the first write of its term is on a majority, all but the newest versions (SERVER-53813) answer
 * majority reads as of some moment before: an order a buyer was told of a second ago is not found, a session was never
 * rotated. So after each election a write of our own goes first, and what was asked meanwhile is asked again.
 */
import type { MongoClient, ServerDescriptionChangedEvent } from 'mongodb'

export type Elections = {
  /** Another value after each election. */
  last(): string | undefined
  /** Resolves when reads see all that was ever answered; at once unless there was an election. */
  caughtUp(): Promise<void> | undefined
}

/** `write` must wait for a majority. Routers of a sharded cluster do not tell of elections. */
export function watchElections(client: MongoClient, write: () => Promise<unknown>): Elections {
  let last: string | undefined
  let passed: string | undefined
  let passing: Promise<void> | undefined

  // Before any operation that waited for a primary is sent to this one.
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
