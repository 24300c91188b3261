/** Pages that are chunks of their own. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ComponentType, createElement, Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { fetchCode, onDemand } from '../../web/src/on_demand.ts'

/** What is drawn first. */
const drawn = (page: ComponentType) =>
  renderToString(createElement(Suspense, { fallback: 'placeholder' }, createElement(page)))

const Cart = () => 'the cart'
const code = () => async () => ({ default: Cart })

suite('a page that is a chunk of its own', () => {
  test('is drawn at once when its code is there, without a placeholder', async () => {
    const load = code()
    const Page = onDemand(load)
    await fetchCode(load)
    assert.match(drawn(Page), /the cart/)
    assert.doesNotMatch(drawn(Page), /placeholder/)
  })

  test('is drawn after a placeholder when it is not', () => {
    assert.match(drawn(onDemand(code())), /placeholder/)
  })

  test('may be fetched again after it could not be loaded', async () => {
    const answers = [() => Promise.reject(new Error('offline')), code()]
    const load = () => answers.shift()!() as ReturnType<ReturnType<typeof code>>
    await assert.rejects(fetchCode(load))
    await fetchCode(load)
    assert.match(drawn(onDemand(load)), /the cart/)
  })
})
