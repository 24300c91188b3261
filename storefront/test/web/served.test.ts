/** The data that the gateway puts into the page, as the app uses it, and the places that it fills. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { fillPage } from '../../src/pages/index_page.ts'
import { servedFirst } from '../../web/src/served.ts'

const ANSWERS = [{ path: '/products?limit=24&q=tea', body: { items: [] } }]
const asked = (path: string, method = 'GET') => new Request(`http://shop${path}`, { method })

suite('answers that came with the page', () => {
  const world = (age = () => 0) => {
    const sent: string[] = []
    const fetch = servedFirst(
      async ({ url }) => {
        sent.push(url)
        return Response.json('asked')
      },
      ANSWERS,
      age,
    )
    return { sent, ask: async (request: Request) => (await fetch(request)).json() }
  }

  test('are used once, for the same request, whatever the order of its parameters (1)', async () => {
    const { ask, sent } = world()
    assert.equal(await ask(asked('/api/products?limit=24')), 'asked')
    assert.deepEqual(await ask(asked('/api/products?q=tea&limit=24')), { items: [] })
    assert.equal(await ask(asked('/api/products?q=tea&limit=24')), 'asked')
    assert.equal(sent.length, 2)
  })

  test('are not used for a change, nor when the page is no longer new (1)', async () => {
    assert.equal(await world().ask(asked('/api/products?limit=24&q=tea', 'POST')), 'asked')
    assert.equal(await world(() => 10_001).ask(asked('/api/products?limit=24&q=tea')), 'asked')
  })
})

test('the page of the sources has the places that the gateway fills', () => {
  const page = readFileSync(join(import.meta.dirname, '../../web/index.html'), 'utf8')
  assert.ok(fillPage(page, {}))
})
