import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import type { Pending } from '../../src/domain/order.ts'
import { nextVersion, scheduleNew } from '../../src/domain/schedule.ts'
import { createOrderWatch } from '../../src/http/order_watch.ts'
import { AT, pending } from '../samples.ts'

/** Watches orders that another replica has changed, until each change was seen. */
async function watchTwo(
  store: { find?: (id: string) => Promise<void>; versionsOf?: () => Promise<ReadonlyMap<string, number>> },
  all: readonly Pending[],
) {
  const faults: unknown[] = []
  const seen: string[] = []
  const both = Promise.withResolvers<void>()
  const runtime = createVirtualRuntime()
  const watch = createOrderWatch(
    {
      find: async (id) => {
        await store.find?.(id)
        return nextVersion(scheduleNew(all.find((each) => each.id === id)!, AT))
      },
      versionsOf: store.versionsOf ?? (async () => new Map(all.map(({ id }) => [id, 2]))),
    },
    runtime,
    (fault) => faults.push((fault as Error).message),
  )
  for (const each of all) {
    watch.watch(each, ({ id }) => {
      seen.push(id)
      if (seen.length === all.length) both.resolve()
    })
  }
  await runtime.advanceUntil(both.promise)
  watch.close()
  return { faults, seen }
}

test('a watched order that cannot be read is reported, and the others are checked', async () => {
  const all = [pending(), pending()]
  let reads = 0
  const { faults, seen } = await watchTwo(
    {
      async find(id) {
        if (id === all[0]!.id && ++reads < 3) throw new Error('it cannot be read')
      },
    },
    all,
  )
  assert.deepEqual(faults, ['it cannot be read', 'it cannot be read'])
  assert.deepEqual(seen, [all[1]!.id, all[0]!.id], 'the first when it can be read again')
})

test('a store that fails is reported, and read again', async () => {
  const all = [pending(), pending()]
  let asked = 0
  const { faults, seen } = await watchTwo(
    {
      async versionsOf() {
        if (++asked === 1) throw new Error('it is away')
        return new Map(all.map(({ id }) => [id, 2]))
      },
    },
    all,
  )
  assert.deepEqual([faults, seen], [['it is away'], all.map(({ id }) => id)])
})
