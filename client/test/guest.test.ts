/** A customer without an account: one guest for as long as its token lives. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createGuest, RENEW_BEFORE_MS } from '../src/guest.ts'
import { createShopClient } from '../src/shop_client.ts'
import { answer, serve } from './serve.ts'

const LIFETIME_SECONDS = 3_600

function world() {
  const asked: (string | undefined)[] = []
  let clock = 0
  const guest = createGuest(
    async ({ access_token }) => {
      asked.push(access_token)
      return { access_token: `g${asked.length}`, expires_in: LIFETIME_SECONDS }
    },
    () => clock,
  )
  return {
    guest,
    asked,
    at: (ms: number) => {
      clock = ms
    },
  }
}

suite('the token of a guest', () => {
  test('calls at once share one, which is kept', async () => {
    const { guest, asked } = world()
    assert.deepEqual(await Promise.all([guest.token(), guest.token()]), ['g1', 'g1'])
    assert.equal(await guest.token(), 'g1')
    assert.deepEqual(asked, [undefined])
  })

  test('it is renewed shortly before its end with the one of before, and not after its end', async () => {
    const { guest, asked, at } = world()
    const endMs = LIFETIME_SECONDS * 1_000
    await guest.token()
    at(endMs - RENEW_BEFORE_MS - 1)
    assert.equal(await guest.token(), 'g1')
    at(endMs - RENEW_BEFORE_MS)
    assert.equal(await guest.token(), 'g2')
    at(3 * endMs)
    assert.equal(await guest.token(), 'g3')
    assert.deepEqual(asked, [undefined, 'g1', undefined])
  })

  test('after it was forgotten the next is of another guest', async () => {
    const { guest, asked } = world()
    await guest.token()
    guest.forget()
    assert.equal(await guest.token(), 'g2')
    assert.deepEqual(asked, [undefined, undefined])
  })

  test('it is sent by the caller, also where a user is signed in; signing out forgets it', async (t) => {
    let guests = 0
    const tokens = { token_type: 'Bearer', expires_in: LIFETIME_SECONDS }
    const auth = await serve(t, ({ path, body }, response) => {
      if (path === '/logout') return void response.writeHead(204).end()
      if (path === '/guests') {
        assert.deepEqual(body, {})
        return answer(response, 200, { ...tokens, access_token: `g${++guests}`, guest: { id: 'x' } })
      }
      const user = { id: 'u1', username: 'ada', role: 'customer' }
      answer(response, 200, { ...tokens, access_token: 'a1', refresh_token: 'r1', user })
    })
    const orders = await serve(t, (_, response) => answer(response, 200, {}))
    const origins = { authUrl: auth.origin, productUrl: orders.origin, orderUrl: orders.origin }
    const shop = createShopClient(origins)
    await shop.signIn({ username: 'ada', password: 'correct horse' })
    const authorization = `Bearer ${await shop.guestToken()}`
    const params = { header: { 'idempotency-key': 'k' } }
    await shop.orders.POST('/orders', { params, headers: { authorization }, body: {} as never })
    assert.equal(orders.seen[0]!.headers.authorization, 'Bearer g1')
    await shop.signOut()
    assert.equal(await shop.guestToken(), 'g2')
  })
})
