/** A world whose clients' calls are recorded, and checked together with the stores (tests/history). */
import { createRecorder } from '../history/recorder.ts'
import type { StoreRecords } from './invariants.ts'
import type { Environment } from './processes.ts'
import { readRecords, settledRecords } from './store_records.ts'
import { createSuiteEnd, createWorld, type TestEnd, type World } from './world.ts'

export type RecordedWorld = World & {
  /**
   * Waits until every order is settled. Fails unless the stores are consistent (invariants 1 to 8), and every answer that a
   * client ever got fits into one sequence with them. No request may be under way. Resolves the stores.
   */
  check(): Promise<StoreRecords>
}

/** `name` is that of the history file, which is kept if the test fails. */
export async function createRecordedWorld(
  t: TestEnd,
  name: string,
  extra?: Environment,
): Promise<RecordedWorld> {
  const end = createSuiteEnd()
  t.after(() => end.end())
  const recorder = createRecorder(name)
  const world = await createWorld(end, extra, recorder.call)
  end.after(() => recorder.end(() => readRecords(world.dataDir)))
  return {
    ...world,
    async check() {
      const records = await settledRecords(() => readRecords(world.dataDir))
      await recorder.check(records)
      return records
    },
  }
}
