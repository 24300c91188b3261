/** Limits that other services depend on, and how they relate. Each has its own test of what it does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLS_MAX } from '@shop/service_kit/calls/service_client'
import { BATCH_MAX, LINES_MAX } from '../../product_service/src/domain/reservation.ts'
import {
  FAILURE_THRESHOLD,
  PAUSE,
  RETRY_AFTER_MAX_MS,
  TRIAL_TIMEOUT_MS,
} from '../src/clients/circuit_breaker.ts'
import * as calls from '../src/clients/product_client.ts'
import { ANSWER_WAIT_MS } from '../src/domain/answer_wait.ts'
import { POLL_MS } from '../src/http/order_watch.ts'

test('of calls to product_service', () => {
  assert.deepEqual([CALLS_MAX, calls.DECISION_DEADLINE_MS, calls.WAITING_MAX], [128, 2_000, 10_000])
  assert.deepEqual([calls.ORDERS_PER_CALL_MAX, calls.LINES_PER_CALL_MAX], [128, 1_500])
  assert.ok(calls.ORDERS_PER_CALL_MAX <= BATCH_MAX, 'product_service accepts that many orders')
  assert.ok(calls.LINES_PER_CALL_MAX >= LINES_MAX, 'the longest order fits')
})

test('of an outage', () => {
  assert.deepEqual(
    [FAILURE_THRESHOLD, TRIAL_TIMEOUT_MS, RETRY_AFTER_MAX_MS, PAUSE.maxMs],
    [8, 250, 5_000, 500],
  )
})

test('of a new order that waits for an answer', () => assert.equal(ANSWER_WAIT_MS, 20))

test('of watching: a change by another replica is seen within a second', () => assert.equal(POLL_MS, 1_000))
