import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '@shop/service_kit/runtime/log'
import { Problem } from '@shop/service_kit/runtime/problem'
import { takeFirstSteps } from '../src/first_steps.ts'

const logger = createLogger('auth_service', 'silent')
const down = () => Promise.reject(new Problem('store_unavailable', 'down'))

suite('the first steps', () => {
  test('are waited for while the store answers', async () => {
    let taken = 0
    await takeFirstSteps(async () => void taken++, logger, 1)
    await sleep(10)
    assert.equal(taken, 1)
  })

  test('are taken later, once, when the store does not answer yet', async () => {
    let tries = 0
    await takeFirstSteps(() => (++tries < 4 ? down() : Promise.resolve()), logger, 1)
    assert.equal(tries, 1)
    while (tries < 4) await sleep(1)
    await sleep(10)
    assert.equal(tries, 4)
  })

  test('are given up when leaving', async () => {
    let tries = 0
    const stop = await takeFirstSteps(
      () => {
        tries++
        return down()
      },
      logger,
      5,
    )
    stop()
    await sleep(20)
    assert.equal(tries, 1)
  })

  test('fail the start when it is not the store that is at fault', async () => {
    await assert.rejects(
      takeFirstSteps(() => Promise.reject(new RangeError('x')), logger, 1),
      RangeError,
    )
  })
})
