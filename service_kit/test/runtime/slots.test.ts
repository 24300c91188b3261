import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ALL_TAKEN, createSlots } from '../../src/runtime/slots.ts'

const free = (taken: (() => void) | string) => {
  assert.equal(typeof taken, 'function', String(taken))
  ;(taken as () => void)()
}

suite('slots', () => {
  test('there is a limit for all, and a freed slot is free once', () => {
    const slots = createSlots(2)
    const first = slots.take()
    slots.take()
    assert.equal(slots.take(), ALL_TAKEN)
    free(first)
    free(first)
    assert.equal(typeof slots.take(), 'function')
    assert.equal(slots.take(), ALL_TAKEN)
    assert.equal(slots.taken(), 2)
  })

  test('each holder has a limit, and a refusal takes no slot', () => {
    const slots = createSlots(10)
    const ada = { key: 'ada', max: 2 }
    const house = { key: 'house', max: 3 }
    const first = slots.take(ada, house)
    slots.take(ada, house)
    assert.equal(slots.take(ada, house), 'ada')
    assert.equal(typeof slots.take({ key: 'bob', max: 2 }, house), 'function')
    assert.equal(slots.take({ key: 'bob', max: 2 }, house), 'house')
    free(first)
    assert.equal(typeof slots.take(ada, house), 'function')
    assert.equal(slots.taken(), 3)
  })
})
