import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createLogger } from '@shop/service_kit/runtime/log'
import { Problem } from '@shop/service_kit/runtime/problem'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import { RETRY_DELAY_MS, runStartupTasks } from '../src/startup_tasks.ts'

const logger = createLogger('auth_service', 'silent')
const down = () => Promise.reject(new Problem('store_unavailable', 'down'))

suite('the startup tasks', () => {
  test('are awaited while the store answers', async () => {
    const runtime = createVirtualRuntime()
    let taken = 0
    await runStartupTasks(async () => void taken++, { logger, runtime })
    await runtime.advance(10 * RETRY_DELAY_MS)
    assert.equal(taken, 1)
  })

  test('are retried until the store answers, and then done once', async () => {
    const runtime = createVirtualRuntime()
    let attempts = 0
    await runStartupTasks(() => (++attempts < 4 ? down() : Promise.resolve()), { logger, runtime })
    assert.equal(attempts, 1)
    await runtime.advance(3 * RETRY_DELAY_MS - 1)
    assert.equal(attempts, 3)
    await runtime.advance(10 * RETRY_DELAY_MS)
    assert.equal(attempts, 4)
    assert.equal(RETRY_DELAY_MS, 500)
  })

  test('are not retried after the stop', async () => {
    const runtime = createVirtualRuntime()
    let attempts = 0
    const steps = () => {
      attempts++
      return down()
    }
    const stop = await runStartupTasks(steps, { logger, runtime })
    stop()
    await runtime.advance(10 * RETRY_DELAY_MS)
    assert.deepEqual(runtime.waiting(), [])
    assert.equal(attempts, 1)
  })

  test('fail the start if the store is not the cause', async () => {
    const steps = () => Promise.reject(new RangeError('x'))
    await assert.rejects(runStartupTasks(steps, { logger, runtime: createVirtualRuntime() }), RangeError)
  })
})
