import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RETRY_AFTER_MAX_MS, SCHEDULE_MS, verdictOf, wants } from '../../src/domain/webhook.ts'
import { AT, endpoint } from '../samples.ts'

const NOW = new Date(AT)
const sent = (status?: number, retryAfterMs?: number) => ({ status, retryAfterMs, error: undefined })
const pauseOf = (attempts: number, status?: number, retryAfterMs?: number) =>
  Date.parse(verdictOf({ attempts }, sent(status, retryAfterMs), NOW, 0).dueAt) - NOW.getTime()

test('ten attempts over 75 hours, then it is dead', () => {
  assert.equal(SCHEDULE_MS.length, 10)
  const hours = SCHEDULE_MS.reduce((sum, ms) => sum + ms, 0) / 3_600_000
  assert.ok(hours > 75 && hours < 76, String(hours))
  for (let attempts = 1; attempts < 10; attempts++) assert.equal(pauseOf(attempts), SCHEDULE_MS[attempts])
  assert.equal(verdictOf({ attempts: 9 }, sent(500), NOW, 0).state, 'queued')
  assert.equal(verdictOf({ attempts: 10 }, sent(500), NOW, 0).state, 'dead')
})

test('only 2xx is a success; 410 ends it all', () => {
  const state = (status?: number) => verdictOf({ attempts: 1 }, sent(status), NOW, 0).state
  assert.deepEqual([200, 204, 299].map(state), ['done', 'done', 'done'])
  assert.deepEqual(
    [undefined, 100, 199, 300, 302, 400, 401, 404, 429, 500, 503].map(state),
    Array(11).fill('queued'),
  )
  assert.deepEqual(verdictOf({ attempts: 1 }, sent(410), NOW, 0), { state: 'dead', dueAt: AT, gone: true })
})

test('Retry-After is obeyed, up to a day, and shortens no pause', () => {
  assert.equal(pauseOf(1, 429, 60_000), 60_000)
  assert.equal(pauseOf(2, 429, 1_000), SCHEDULE_MS[2])
  assert.equal(pauseOf(1, 503, 10 * RETRY_AFTER_MAX_MS), RETRY_AFTER_MAX_MS)
})

test('an endpoint without types gets all', () => {
  assert.equal(wants(endpoint(1), 'order.shipped'), true)
  assert.equal(wants(endpoint(1, { types: ['order.shipped'] }), 'order.shipped'), true)
  assert.equal(wants(endpoint(1, { types: ['order.shipped'] }), 'order.confirmed'), false)
})
