import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceUnreachable } from '../../src/calls/service_client.ts'
import { createPublisher, EventsRefused } from '../../src/events/publisher.ts'

const event = (id: string, sequence: number) => ({
  ...{ aggregate: `thing:${id}`, sequence, type: 'thing.changed', time: '2026-01-01T00:00:00.000Z' },
  data: {},
})
const answering = (answer: unknown) => createPublisher({ post: async () => answer as never })
const failing = (status?: number) =>
  createPublisher({
    post: async () => {
      throw new ServiceUnreachable('no', status === undefined ? {} : { status })
    },
  })

test('an answer has the number that each thing goes on with: that of its last event', async () => {
  const results = [
    { aggregate: 'thing:a', sequence: 1, result: 'accepted', expected: 2 },
    { aggregate: 'thing:a', sequence: 2, result: 'accepted', expected: 3 },
    { aggregate: 'thing:b', sequence: 9, result: 'gap', expected: 1 },
  ]
  const receipts = await answering({ results })([event('a', 1), event('a', 2), event('b', 9)])
  assert.deepEqual(receipts, [
    { aggregate: 'thing:a', expected: 3 },
    { aggregate: 'thing:b', expected: 1 },
  ])
})

test('an answer without one of the things, or without its number, is none', async () => {
  for (const answer of [null, {}, { results: 1 }, { results: [null, { aggregate: 'thing:a' }] }])
    await assert.rejects(answering(answer)([event('a', 1)]), /did not answer all/)
})

test('events that are refused, and a log that cannot be reached, are two things', async () => {
  for (const status of [400, 413]) await assert.rejects(failing(status)([event('a', 1)]), EventsRefused)
  for (const status of [undefined, 401, 404, 429, 500, 503])
    await assert.rejects(failing(status)([event('a', 1)]), ServiceUnreachable)
})
