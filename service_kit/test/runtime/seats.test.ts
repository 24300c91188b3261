import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ALL_TAKEN, createSeats } from '../../src/runtime/seats.ts'

const leave = (taken: (() => void) | string) => {
  assert.equal(typeof taken, 'function', String(taken))
  ;(taken as () => void)()
}

suite('seats', () => {
  test('there are so many in all, and one given back is free once', () => {
    const seats = createSeats(2)
    const first = seats.take()
    seats.take()
    assert.equal(seats.take(), ALL_TAKEN)
    leave(first)
    leave(first)
    assert.equal(typeof seats.take(), 'function')
    assert.equal(seats.take(), ALL_TAKEN)
    assert.equal(seats.taken(), 2)
  })

  test('each holder has a share, and takes nothing by being refused', () => {
    const seats = createSeats(10)
    const ada = { key: 'ada', max: 2 }
    const house = { key: 'house', max: 3 }
    const first = seats.take(ada, house)
    seats.take(ada, house)
    assert.equal(seats.take(ada, house), 'ada')
    assert.equal(typeof seats.take({ key: 'bob', max: 2 }, house), 'function')
    assert.equal(seats.take({ key: 'bob', max: 2 }, house), 'house')
    leave(first)
    assert.equal(typeof seats.take(ada, house), 'function')
    assert.equal(seats.taken(), 3)
  })
})
