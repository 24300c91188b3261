import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createWorld, PASSWORD, PUBLIC_URL, tokenOf, type World } from '../support.ts'

const NEW = 'quince jam on friday'
const MINUTE = 60_000

suite('the e-mail address of an account', () => {
  test('is named with the password, proved by a link, and then in /me and the next access token', async (t) => {
    const world = await createWorld(t)
    const { access_token: token, refresh_token } = await world.join('ada')
    const body = { email: ' Ada@Example.COM', current_password: PASSWORD, language: 'de' }
    const named = await world.call('PUT', '/me/email', { token, body })
    assert.deepEqual(
      [named.status, named.body.email, named.body.verified_email],
      [200, 'ada@example.com', null],
    )
    const [mail, ...others] = await world.sentMails()
    assert.deepEqual(others, [])
    assert.deepEqual([mail?.to, mail?.language, mail?.kind], ['ada@example.com', 'de', 'email_verification'])
    assert.deepEqual(Object.keys(mail!.values).sort(), ['expires_at', 'link', 'username'])
    const verify = () => world.call('POST', '/email_verifications', { body: { token: tokenOf(mail) } })
    assert.equal((await verify()).status, 204)
    assert.equal((await verify()).body.code, 'invalid_link')
    assert.equal((await world.call('GET', '/me', { token })).body.verified_email, 'ada@example.com')
    const renewed = (await world.refresh(refresh_token)).body.access_token
    assert.equal(claimsOf(renewed).email, 'ada@example.com')
  })

  test('2: a stolen access token cannot change it; a wrong password is counted', async (t) => {
    const world = await createWorld(t)
    const session = await world.join('ada')
    world.clock.pass(11 * MINUTE)
    const token = (await world.refresh(session.refresh_token)).body.access_token
    const change = (current_password?: string) =>
      world.call('PUT', '/me/email', { token, body: { email: 'eve@example.com', current_password } })
    assert.equal((await change()).body.code, 'fresh_sign_in_required')
    for (let i = 0; i < 10; i++) assert.equal((await change('wrong password')).body.code, 'wrong_password')
    assert.equal((await change(PASSWORD)).body.code, 'too_many_attempts')
    assert.equal((await world.call('GET', '/me', { token })).body.email, null)
  })

  test('a link ends after a day, and with the next address', async (t) => {
    const world = await createWorld(t)
    const { access_token: token } = await world.join('ada')
    const name = async (email: string) => {
      await world.call('PUT', '/me/email', { token, body: { email, current_password: PASSWORD } })
      return tokenOf((await world.sentMails())[0])
    }
    const verify = async (link: string) =>
      (await world.call('POST', '/email_verifications', { body: { token: link } })).status
    const [first, second] = [await name('a@example.com'), await name('b@example.com')]
    assert.equal(await verify(first), 400)
    world.clock.pass(24 * 60 * MINUTE)
    assert.equal(await verify(second), 400)
  })

  for (const email of [
    'ada',
    'a@b',
    '@example.com',
    'a@example.com\r\nBcc: x@y.zz',
    'a b@example.com',
    'a@1.2.3.4',
    '<a@example.com>',
  ]) {
    test(`${JSON.stringify(email)} is refused`, async (t) => {
      const world = await createWorld(t)
      const { access_token: token } = await world.join('ada')
      const { status, body } = await world.call('PUT', '/me/email', {
        token,
        body: { email, current_password: PASSWORD },
      })
      assert.deepEqual([status, body.code], [400, 'email_refused'])
    })
  }
})

suite('a password that was forgotten', () => {
  const ask = (world: World, name: string, ip?: string, headers?: Record<string, string>) =>
    world.call('POST', '/password_resets', {
      body: { name },
      ...(ip ? { ip } : {}),
      ...(headers ? { headers } : {}),
    })
  const reset = (world: World, token: string, new_password = NEW) =>
    world.call('PUT', '/password_resets', { body: { token, new_password } })
  const verified = async (world: World) => {
    const session = await world.join('Ada')
    await world.proveEmail(session.access_token, 'ada@example.com')
    return session
  }

  for (const name of ['ada', 'ADA@example.com']) {
    test(`is replaced by the link that ${name} is sent: all sessions and access tokens end, and the link with them`, async (t) => {
      const world = await createWorld(t)
      const { access_token: token, refresh_token } = await verified(world)
      assert.equal((await ask(world, name)).status, 202)
      const [mail] = await world.sentMails()
      assert.deepEqual([mail?.kind, mail?.to], ['password_reset', 'ada@example.com'])
      const link = tokenOf(mail)
      assert.equal((await reset(world, link)).status, 204)
      assert.deepEqual(
        [(await world.call('GET', '/me', { token })).status, (await world.refresh(refresh_token)).status],
        [401, 401],
      )
      assert.deepEqual(
        [(await world.tryLogin('ada')).status, (await world.tryLogin('ada', NEW)).status],
        [401, 200],
      )
      assert.equal((await reset(world, link)).body.code, 'invalid_link')
    })
  }

  test('the answer is the same, and so is what is written, whether or not there is such an account', async (t) => {
    const world = await createWorld(t)
    await verified(world)
    await world.join('unproved')
    const answers = []
    for (const name of ['ada', 'unproved', 'invented', 'ada@example.com', 'no@example.com']) {
      const { status, body, headers } = await ask(world, name)
      answers.push({ status, body, headers: Object.keys(headers) })
    }
    for (const each of answers) assert.deepEqual(each, answers[0])
    const waiting = await world.stores.mails.claim(world.clock.now(), new Date(0), 9)
    assert.equal(waiting.length, 5)
    assert.deepEqual(
      new Set(waiting.map(({ userId, content }) => `${userId} ${content}`)),
      new Set(['null null']),
    )
  })

  test('no mail goes to an address that was not proved', async (t) => {
    const world = await createWorld(t)
    const { access_token: token } = await world.join('ada')
    await world.call('PUT', '/me/email', {
      token,
      body: { email: 'ada@example.com', current_password: PASSWORD },
    })
    await world.sentMails()
    for (const name of ['ada', 'ada@example.com']) await ask(world, name)
    assert.deepEqual(await world.sentMails(), [])
  })

  test('a link begins with PUBLIC_URL, whatever Host and forwarding headers say', async (t) => {
    const world = await createWorld(t)
    await verified(world)
    await ask(world, 'ada', undefined, { host: 'evil.example', 'x-forwarded-host': 'evil.example' })
    const [mail] = await world.sentMails()
    assert.match(mail!.values.link!, new RegExp(`^${PUBLIC_URL}/reset_password#token=[\\w-]{43}$`))
  })

  test('a link is good for 30 minutes, and a mail is not sent later', async (t) => {
    const world = await createWorld(t)
    await verified(world)
    await ask(world, 'ada')
    const [mail] = await world.sentMails()
    await ask(world, 'ada')
    world.clock.pass(30 * MINUTE)
    assert.equal((await reset(world, tokenOf(mail))).body.code, 'invalid_link')
    assert.deepEqual(await world.sentMails(), [])
  })

  test('of many uses of one link at once, one succeeds', async (t) => {
    const world = await createWorld(t)
    await verified(world)
    await ask(world, 'ada')
    const link = tokenOf((await world.sentMails())[0])
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => reset(world, link, `${NEW} ${i}`)))
    assert.equal(answers.filter(({ status }) => status === 204).length, 1)
  })

  test('a link ends with any other change of the password; a refused password does not use it up', async (t) => {
    const world = await createWorld(t)
    const { access_token: token } = await verified(world)
    await ask(world, 'ada')
    const link = tokenOf((await world.sentMails())[0])
    assert.equal((await reset(world, link, 'password1')).body.code, 'password_refused')
    const body = { current_password: PASSWORD, new_password: 'plum tart on sunday' }
    assert.equal((await world.call('PUT', '/me/password', { token, body })).status, 204)
    assert.equal((await reset(world, link)).body.code, 'invalid_link')
  })

  test('3: a link that was mailed ends when the account gets another mailbox, or none; that of an admin does not', async (t) => {
    const world = await createWorld(t)
    const root = await world.login('root')
    const { user, access_token: token } = await verified(world)
    const made = await world.call('POST', `/users/${user.id}/reset_link`, { token: root.access_token })
    await ask(world, 'ada')
    const first = tokenOf((await world.sentMails())[0])
    await world.proveEmail(token, 'new@example.com')
    assert.equal((await reset(world, first)).body.code, 'invalid_link')
    await ask(world, 'ada')
    const second = tokenOf((await world.sentMails())[0])
    const removed = { email: null, current_password: PASSWORD }
    assert.equal((await world.call('PUT', '/me/email', { token, body: removed })).status, 200)
    assert.equal((await reset(world, second)).body.code, 'invalid_link')
    assert.equal((await reset(world, made.body.token)).status, 204)
  })

  test('4: many accounts do not fill one mailbox with mails that ask for its proof', async (t) => {
    const world = await createWorld(t)
    const answers: number[] = []
    for (let i = 0; i < 4; i++) {
      const { access_token: token } = await world.join(`eve${i}`)
      const body = { email: 'Ada@example.com', current_password: PASSWORD }
      answers.push((await world.call('PUT', '/me/email', { token, body, ip: `10.0.${i}.1` })).status)
    }
    assert.deepEqual(answers, [200, 200, 200, 429])
  })

  test('mails to one recipient, and those that one address asks for, are throttled, for unknown names too', async (t) => {
    const world = await createWorld(t)
    const statuses = async (names: readonly string[], ip: (i: number) => string) => {
      const answers = []
      for (const [i, name] of names.entries()) answers.push((await ask(world, name, ip(i))).status)
      return answers
    }
    assert.deepEqual(await statuses(Array(4).fill('ada'), (i) => `10.0.${i}.1`), [202, 202, 202, 429])
    const invented = Array.from({ length: 21 }, (_, i) => `name${i}`)
    assert.deepEqual((await statuses(invented, () => '10.9.9.9')).slice(19), [202, 429])
    world.clock.pass(15 * MINUTE)
    assert.equal((await ask(world, 'ada', '10.1.1.1')).status, 202)
  })

  test('the store has no token, only its hash, once the mail was handed over', async (t) => {
    const world = await createWorld(t)
    const { user } = await verified(world)
    await ask(world, 'ada')
    const token = tokenOf((await world.sentMails())[0])
    const links = await world.stores.credentials.ofUser(user.id, 'reset link', 9)
    assert.equal(links.length, 1)
    assert.ok(!JSON.stringify(links).includes(token))
    world.clock.pass(20 * MINUTE)
    assert.deepEqual(await world.stores.mails.claim(world.clock.now(), new Date(), 9), [])
  })
})

suite('a shop that sends no mail', () => {
  test('says so where a mail is needed, and everything else works', async (t) => {
    const world = await createWorld(t, { onMail: undefined })
    const { access_token: token } = await world.join('ada')
    const body = { email: 'ada@example.com', current_password: PASSWORD }
    for (const answer of [
      await world.call('POST', '/password_resets', { body: { name: 'ada' } }),
      await world.call('PUT', '/me/email', { token, body }),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [503, 'mail_unavailable'])
    }
    assert.equal(
      (await world.call('PUT', '/me/email', { token, body: { ...body, email: null } })).status,
      200,
    )
  })
})

suite('a link that an admin makes', () => {
  test('sets a new password once, is recorded without its token, and needs no e-mail', async (t) => {
    const world = await createWorld(t, { onMail: undefined })
    const { user } = await world.join('ada')
    const root = await world.login('root')
    const made = await world.call('POST', `/users/${user.id}/reset_link`, { token: root.access_token })
    assert.deepEqual([made.status, made.headers['cache-control']], [201, 'no-store'])
    assert.equal(made.body.link, `${PUBLIC_URL}/reset_password#token=${made.body.token}`)
    const log = await world.call('GET', `/audit/accounts?subject=${user.id}`, { token: root.access_token })
    assert.deepEqual(
      [log.body.items[0].action, log.body.items[0].by],
      ['account.reset_link_made', root.user.id],
    )
    assert.ok(!JSON.stringify(log.body).includes(made.body.token))
    const body = { token: made.body.token, new_password: NEW }
    assert.equal((await world.call('PUT', '/password_resets', { body })).status, 204)
    assert.equal((await world.call('PUT', '/password_resets', { body })).status, 400)
    await world.login('ada', NEW)
  })

  test('for an unknown account is user_not_found', async (t) => {
    const world = await createWorld(t)
    const { access_token: token } = await world.login('root')
    const { status } = await world.call('POST', '/users/01900000-0000-7000-8000-ffffffffffff/reset_link', {
      token,
    })
    assert.equal(status, 404)
  })

  test('without PUBLIC_URL there is the token alone', async (t) => {
    const world = await createWorld(t, { publicUrl: undefined })
    const { access_token: token, user } = await world.login('root')
    const { body } = await world.call('POST', `/users/${user.id}/reset_link`, { token })
    assert.deepEqual([body.link, body.token.length], [null, 43])
  })
})

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
