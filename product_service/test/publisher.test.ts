/** The background job that publishes drafts: when, how many, and what happens if one fails. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import type { Scheduled } from '../src/domain/group_ports.ts'
import { createPublisher, PUBLISH_AT_ONCE_MAX, PUBLISH_EVERY_MS } from '../src/publisher.ts'

function world(due: (limit: number) => readonly string[], publish: (id: string) => Promise<boolean>) {
  const runtime = createVirtualRuntime()
  const failures: unknown[] = []
  const kind: Scheduled = { due: async (_at, limit) => due(limit), publish }
  const publisher = createPublisher({ kinds: [kind], runtime, onFailure: (error) => failures.push(error) })
  return { runtime, failures, publisher }
}

suite('publishing drafts', () => {
  test('looks for them at once and then every few seconds, and one that fails keeps none of the others', async () => {
    const waiting = new Set(['a', 'broken', 'c'])
    const tried: string[] = []
    const { runtime, failures, publisher } = world(
      () => [...waiting],
      async (id) => {
        tried.push(id)
        if (id === 'broken') throw new Error('unreadable')
        return waiting.delete(id)
      },
    )
    publisher.start()
    publisher.start()
    await runtime.advance(0)
    assert.deepEqual(tried, ['a', 'broken', 'c'])
    await runtime.advance(PUBLISH_EVERY_MS - 1)
    assert.equal(tried.length, 3)
    await runtime.advance(1)
    assert.deepEqual([tried.slice(3), failures.length], [['broken'], 2])
    await publisher.stop()
    await runtime.advance(PUBLISH_EVERY_MS * 3)
    assert.equal(tried.length, 4)
  })

  test('a store that does not answer is asked again, for a bounded number', async () => {
    let asked = 0
    const { runtime, failures, publisher } = world(
      (limit) => {
        asked += 1
        assert.equal(limit, PUBLISH_AT_ONCE_MAX)
        throw new Error('unavailable')
      },
      async () => true,
    )
    publisher.start()
    await runtime.advance(PUBLISH_EVERY_MS)
    assert.deepEqual([asked, failures.length], [2, 2])
    await publisher.stop()
  })

  test('stopping waits for the publication under way, and begins no other', async () => {
    let end = () => {}
    const tried: string[] = []
    const { runtime, publisher } = world(
      () => ['a', 'b'],
      (id) => {
        tried.push(id)
        return new Promise((resolve) => {
          end = () => resolve(true)
        })
      },
    )
    publisher.start()
    await runtime.advance(0)
    let stopped = false
    const stopping = publisher.stop().then(() => {
      stopped = true
    })
    await runtime.advance(1_000)
    assert.equal(stopped, false)
    end()
    await stopping
    assert.deepEqual(tried, ['a'])
  })
})
