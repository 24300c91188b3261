/** The numbers that the README and docs name, and that other programs rely on: changing one is a change for them. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TRIES, TRY_MS } from '../src/clients/public_names.ts'
import { BODY_BYTES_MAX } from '../src/clients/webhook_caller.ts'
import { readConfig } from '../src/config.ts'
import * as mail from '../src/domain/mail.ts'
import * as webhook from '../src/domain/webhook.ts'
import * as sender from '../src/mails/sender.ts'
import * as dispatcher from '../src/webhooks/dispatcher.ts'
import { appOf, as, asService, uuid } from './samples.ts'

const [SECOND, HOUR] = [1_000, 3_600_000]

suite('limits', () => {
  test('of webhooks are those that receivers rely on', () => {
    assert.deepEqual(
      {
        attempt: webhook.ATTEMPT_MS / SECOND,
        atOnce: webhook.AT_ONCE_MAX,
        body: BODY_BYTES_MAX,
        endpoints: webhook.ENDPOINTS_MAX,
        failing: webhook.FAILING_MAX_MS / HOUR,
        oldSecret: webhook.OLD_SECRET_MS / HOUR,
        retryAfter: webhook.RETRY_AFTER_MAX_MS / HOUR,
        types: webhook.TYPES_MAX,
      },
      {
        ...{ attempt: 15, atOnce: 4, body: 1_024, endpoints: 50 },
        ...{ failing: 120, oldSecret: 24, retryAfter: 24, types: 50 },
      },
    )
  })

  test('of mails are those of the README', () => {
    const { AT_ONCE_MAX: atOnce, OF_ONE_HOST_MAX: ofHost, MAILS_MAX: ofCall, TRIED_MS, SEND_MS } = mail
    assert.deepEqual(
      { atOnce, ofHost, ofCall, tried: TRIED_MS / HOUR, send: SEND_MS / SECOND },
      { atOnce: 8, ofHost: 4, ofCall: 20, tried: 72, send: 20 },
    )
  })

  test('a lease outlives an attempt and its record, and a stop ends before the process is killed', () => {
    const record = 10 * SECOND
    assert.ok(webhook.LEASE_MS >= webhook.ATTEMPT_MS + record)
    assert.ok(mail.LEASE_MS >= mail.SEND_MS + record)
    assert.ok(dispatcher.STOP_MS <= 3 * SECOND && sender.STOP_MS <= 3 * SECOND)
    // A name server that says nothing is an answer of its own before the attempt ends.
    assert.deepEqual([TRY_MS, TRIES], [2 * SECOND, 3])
  })

  test('of the name of the shop: 60 characters', () => {
    const config = (length: number) =>
      readConfig({ AUTH_URL: 'http://a', SERVICE_SECRET: 's'.repeat(40), SHOP_NAME: 'n'.repeat(length) })
    assert.equal(config(60).SHOP_NAME.length, 60)
    assert.throws(() => config(61), /SHOP_NAME/)
  })

  test('of an endpoint: its address, its description and its types', async (t) => {
    const { app } = appOf(t)
    const create = (more: object) =>
      app.inject({
        ...{ method: 'POST', url: '/endpoints', headers: as('root') },
        payload: { url: 'https://example.com/', ...more },
      })
    const url = (length: number) => `https://example.com/${'a'.repeat(length - 20)}`
    const description = (length: number) => 'd'.repeat(length)
    const types = (count: number) => Array.from({ length: count }, (_, i) => `order.${'a'.repeat(i + 1)}`)
    const type = (length: number) => [`order.${'a'.repeat(length - 6)}`]
    for (const [most, more] of [
      [{ url: url(webhook.URL_LENGTH_MAX) }, { url: url(webhook.URL_LENGTH_MAX + 1) }],
      [
        { description: description(webhook.DESCRIPTION_LENGTH_MAX) },
        { description: description(webhook.DESCRIPTION_LENGTH_MAX + 1) },
      ],
      [{ types: types(50) }, { types: types(51) }],
      [{ types: type(60) }, { types: type(61) }],
    ]) {
      assert.equal((await create(most!)).statusCode, 201, JSON.stringify(most).slice(0, 60))
      assert.equal((await create(more!)).statusCode, 400, JSON.stringify(more).slice(0, 60))
    }
  })

  test('of a replay by ids, and of the types of the feed', async (t) => {
    const { app, get } = appOf(t)
    const ids = (count: number) => Array.from({ length: count }, (_, i) => `order:a:${i + 1}`)
    const replay = async (count: number) =>
      (
        await app.inject({
          ...{ method: 'POST', url: `/endpoints/${uuid(1)}/replays`, headers: as('root') },
          payload: { event_ids: ids(count) },
        })
      ).json().code
    assert.deepEqual([await replay(100), await replay(101)], ['endpoint_not_found', 'validation_failed'])
    const types = (count: number) => Array.from({ length: count }, (_, i) => `a.${'b'.repeat(i + 1)}`).join()
    assert.deepEqual(
      [
        (await get(`/events?types=${types(50)}`)).statusCode,
        (await get(`/events?types=${types(51)}`)).statusCode,
      ],
      [200, 400],
    )
  })

  test('of a mail: its id, its address, its values and how many come at once', async (t) => {
    const { app } = appOf(t, { publicUrl: 'https://shop.example' })
    const headers = await asService()
    const at = '2100-01-01T00:00:00Z'
    const one = (more: object = {}, values: object = {}) => ({
      ...{ id: 'a', to: 'ada@example.com', language: 'en', kind: 'new_sign_in' },
      values: { username: 'ada', client: 'x', at, ...values },
      ...more,
    })
    const link = (length: number) => ({
      kind: 'password_reset',
      values: { username: 'ada', expires_at: at, link: `https://shop.example/${'a'.repeat(length - 21)}` },
    })
    const send = async (...mails: object[]) =>
      (await app.inject({ method: 'POST', url: '/internal/mails', headers, payload: { mails } })).statusCode
    const many = (count: number) => Array.from({ length: count }, (_, i) => one({ id: `m${i}` }))
    const local = (length: number) => ({ to: `${'a'.repeat(length)}@example.com` })
    const host = (length: number) =>
      `${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(length)}.fr`
    const address = (length: number) => ({ to: `ab@${host(length - 3 - 186)}` })
    for (const [most, more] of [
      [many(20), many(21)],
      [[one({ id: 'i'.repeat(140) })], [one({ id: 'i'.repeat(141) })]],
      [[one(local(64))], [one(local(65))]],
      [[one(address(250))], [one(address(255))]],
      [[one({}, { client: 'c'.repeat(1_000) })], [one({}, { client: 'c'.repeat(1_001) })]],
      [[one({ id: 'l', ...link(1_000) })], [one({ id: 'k', ...link(1_001) })]],
    ])
      assert.deepEqual(
        [await send(...most!), await send(...more!)],
        [200, 400],
        JSON.stringify(most).slice(0, 80),
      )
  })
})
