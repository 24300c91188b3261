import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { NO_MAIL_SERVER } from '../../src/app.ts'
import { MAILS_MAX, TRIED_MS } from '../../src/domain/mail.ts'
import { signInMail } from '../mails/samples.ts'
import { AT, appOf, asService, uuid } from '../samples.ts'

const link = (id: string, url: string, expires_at: string) =>
  signInMail(id, { kind: 'password_reset', values: { username: 'ada', link: url, expires_at } })
const soon = () => new Date(Date.now() + 60_000).toISOString()

function world(t: Parameters<typeof appOf>[0], publicUrl: string | undefined = 'https://shop.example/') {
  let woken = 0
  const onMails = () => {
    woken += 1
  }
  const { app, stores } = appOf(t, { publicUrl, onMails })
  const send = async (...mails: readonly object[]) => {
    const headers = await asService()
    const payload = { mails: [...mails] }
    const answer = await app.inject({ method: 'POST', url: '/internal/mails', headers, payload })
    return { status: answer.statusCode, body: answer.json() }
  }
  const due = () => stores.mails.due('2100', 50, [])
  return { stores, send, due, woken: () => woken }
}

suite('POST /internal/mails', () => {
  test('mails are stored; known ones are accepted and not stored again (M1)', async (t) => {
    const { send, due, woken } = world(t)
    assert.deepEqual(await send(signInMail('a'), signInMail('b')), { status: 200, body: { accepted: 2 } })
    assert.deepEqual(await send(signInMail('b', { to: 'eve@example.com' })), {
      status: 200,
      body: { accepted: 0 },
    })
    assert.deepEqual([(await due()).map(({ id }) => id).toSorted(), woken()], [['a', 'b'], 1])
  })

  test('the link of an order is asked for by its number, and made here', async (t) => {
    const { send, stores, due } = world(t)
    const values = { order_id: uuid(7), number: 10_042, guest: true }
    const mail = { ...signInMail('order_link:a:1'), kind: 'order_link', values }
    assert.equal((await send({ ...mail, values: { ...values, guest: 'yes' } })).status, 400)
    assert.deepEqual((await send(mail)).body, { accepted: 1 })
    const [claimed] = await stores.mails.claim(await due(), '2100')
    const { content } = claimed!
    assert.deepEqual([content!.values.guest, content!.values.lines], [true, []])
    assert.doesNotMatch(JSON.stringify(content), /token/)
  })

  test('a mail ends with its link, and in any case after TRIED_MS', async (t) => {
    const { send, stores, due } = world(t)
    const expiresAt = soon()
    const far = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString()
    await send(link('a', 'https://shop.example/reset_password#token=x', expiresAt))
    await send(
      link('b', 'https://shop.example/reset_password#token=x', far),
      signInMail('c', { language: 'fr' }),
    )
    const claimed = await stores.mails.claim(await due(), '2100')
    const by = new Map(claimed.map((mail) => [mail.id, mail]))
    assert.equal(by.get('a')!.expiresAt, expiresAt)
    const ms = Date.parse(by.get('b')!.expiresAt) - Date.now()
    assert.ok(ms <= TRIED_MS && ms > TRIED_MS - 60_000)
    assert.equal(by.get('c')!.language, 'en')
  })

  test('one fault refuses all of them, and says where', async (t) => {
    const { send, due } = world(t)
    const bad: readonly (readonly [object, RegExp])[] = [
      [signInMail('x', { to: 'ada@example.com, eve@example.com' }), /mails\/1\/to/],
      [signInMail('x', { to: 'ada@example.com\r\nBcc: eve@example.com' }), /mails\/1\/to/],
      [link('x', 'https://shop.example.evil/#token=x', soon()), /mails\/1\/values\/link/],
      [link('x', 'https://shop.example@evil.example/', soon()), /mails\/1\/values\/link/],
      [link('x', 'javascript:alert(1)', soon()), /mails\/1/],
      [signInMail('x', { kind: 'order_received' }), /mails\/1/],
      [signInMail('x.y'), /mails\/1/],
      [signInMail('x', { values: { username: 'ada' } }), /mails\/1/],
    ]
    for (const [mail, where] of bad) {
      const { status, body } = await send(signInMail('a'), mail)
      assert.equal(status, 400)
      assert.equal(body.code, 'validation_failed')
      assert.match(JSON.stringify(body), where)
    }
    const many = Array.from({ length: MAILS_MAX + 1 }, (_, i) => signInMail(`m${i}`))
    assert.equal((await send(...many)).status, 400)
    assert.equal((await send(...many.slice(1))).status, 200)
    assert.equal((await due()).length, MAILS_MAX)
  })
})

test('without a server of mails the service is ready, and operators see that none is sent', async (t) => {
  const troubleOf = async (sendsMail: boolean) => {
    const { app } = appOf(t, { sendsMail })
    const answer = await app.operations().inject({ url: '/readyz', headers: { host: 'localhost' } })
    return [answer.statusCode, answer.json().trouble]
  }
  assert.deepEqual(await troubleOf(false), [200, NO_MAIL_SERVER])
  assert.deepEqual(await troubleOf(true), [200, undefined])
})

test('admins see which mails were given up, and why, and not to whom they were', async (t) => {
  const { app, stores, get } = appOf(t)
  const headers = await asService()
  const payload = { mails: [signInMail('a'), signInMail('b'), signInMail('c')] }
  await app.inject({ method: 'POST', url: '/internal/mails', headers, payload })
  const end = (id: string, state: 'dead' | 'sent', reason: string | null, at: string) =>
    stores.mails.finish({ id, fence: 1, state, reason, dueAt: AT }, at)
  await stores.mails.claim(await stores.mails.due('2100', 9, []), '2100')
  await end('a', 'dead', '550 no such mailbox', '2026-05-01T09:00:00.000Z')
  await end('b', 'dead', '554 no', '2026-05-01T10:00:00.000Z')
  await end('c', 'sent', null, '2026-05-01T11:00:00.000Z')
  const listed = async (query: string) => (await get(`/mails${query}`)).json().items
  const found = await listed('')
  assert.deepEqual(
    found.map(({ id, reason, ended_at }: Record<string, string>) => [id, reason, ended_at]),
    [
      ['b', '554 no', '2026-05-01T10:00:00.000Z'],
      ['a', '550 no such mailbox', '2026-05-01T09:00:00.000Z'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(found), /example\.com|Firefox/)
  assert.equal((await listed('?limit=1')).length, 1)
  assert.deepEqual(
    (await listed('?state=sent')).map(({ id }: { id: string }) => id),
    ['c'],
  )
})
