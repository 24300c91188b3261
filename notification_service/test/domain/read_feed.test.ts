import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readFeed, SCAN_MAX } from '../../src/domain/read_feed.ts'
import { AT, event } from '../samples.ts'

const logOf = (
  first: number,
  last: number,
  type: (position: number) => string = () => 'order.confirmed',
) => ({
  ends: async () => (last === 0 ? undefined : { first, last }),
  async between(after: number, upTo: number, limit: number, types?: readonly string[]) {
    const found = []
    for (let position = Math.max(after + 1, first); position <= upTo && found.length < limit; position++) {
      if (types && !types.includes(type(position))) continue
      found.push({ ...event('order:a', position), type: type(position), position, recordedAt: AT })
    }
    return found
  },
})
const page = async (...[log, after, limit, types]: [ReturnType<typeof logOf>, number, number, string[]?]) => {
  const { events, nextAfter, more } = await readFeed(log, { after, limit, types })
  return { positions: events.map(({ position }) => position), nextAfter, more }
}

suite('reading the log (F1, F2)', () => {
  test('goes on behind what was read, to the end', async () => {
    const log = logOf(1, 5)
    assert.deepEqual(await page(log, 0, 2), { positions: [1, 2], nextAfter: 2, more: true })
    assert.deepEqual(await page(log, 2, 5), { positions: [3, 4, 5], nextAfter: 5, more: false })
    assert.deepEqual(await page(log, 5, 5), { positions: [], nextAfter: 5, more: false })
    assert.deepEqual(await page(logOf(1, 0), 0, 5), { positions: [], nextAfter: 0, more: false })
  })

  test('reads a bounded part of the log, and goes on behind it where nothing fits', async () => {
    const log = logOf(1, SCAN_MAX + 10, (position) =>
      position === SCAN_MAX + 5 ? 'order.shipped' : 'order.confirmed',
    )
    assert.deepEqual(await page(log, 0, 5, ['order.shipped']), {
      ...{ positions: [], nextAfter: SCAN_MAX, more: true },
    })
    assert.deepEqual(await page(log, SCAN_MAX, 5, ['order.shipped']), {
      ...{ positions: [SCAN_MAX + 5], nextAfter: SCAN_MAX + 10, more: false },
    })
  })

  test('does not go beyond the end that it read first, though more becomes visible meanwhile', async () => {
    const log = { ...logOf(1, 9), ends: async () => ({ first: 1, last: 4 }) }
    assert.deepEqual(await page(log, 0, 9, ['order.shipped']), { positions: [], nextAfter: 4, more: false })
  })

  test('begins with the oldest event, and says when events after a position are gone', async () => {
    assert.deepEqual((await page(logOf(7, 9), 0, 5)).positions, [7, 8, 9])
    assert.deepEqual((await page(logOf(7, 9), 6, 5)).positions, [7, 8, 9])
    await assert.rejects(page(logOf(7, 9), 5, 5), { code: 'events_removed', payload: { oldest: 7 } })
  })

  test('events that are removed while it reads are not left out silently', async () => {
    let asked = 0
    const log = { ...logOf(4, 9), ends: async () => ({ first: asked++ === 0 ? 1 : 4, last: 9 }) }
    await assert.rejects(page(log, 1, 5), { code: 'events_removed', payload: { oldest: 4 } })
  })

  test('refuses a position that the log does not have', async () => {
    await assert.rejects(page(logOf(1, 9), 10, 5), { code: 'position_unknown', payload: { last: 9 } })
  })
})
