import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { OPERATOR } from '../../src/domain/author.ts'
import { CLOCKS_DIFFER_MS } from '../../src/domain/clocks.ts'
import { SESSIONS_PER_USER_MAX } from '../../src/domain/sessions.ts'
import { createWorld, DAY_MS, onOneFile, PASSWORD, START, type World } from '../support.ts'

const works = async (world: World, refreshToken: string) => (await world.refresh(refreshToken)).status === 200

const assertRefused = async (world: World, refreshToken: string) => {
  const { status, body } = await world.refresh(refreshToken)
  assert.deepEqual([status, body.code], [401, 'invalid_refresh_token'])
}

suite('registering', () => {
  test('answers the new account: a customer, with the username as sent and no secrets', async (t) => {
    const world = await createWorld(t)
    const { status, body } = await world.register('Ada_L')
    assert.equal(status, 201)
    assert.deepEqual(body, {
      id: body.id,
      username: 'Ada_L',
      role: 'customer',
      created_at: START.toISOString(),
    })
  })

  test('a taken name, in any case, is 409 username_taken', async (t) => {
    const world = await createWorld(t)
    await world.register('Ada')
    for (const name of ['Ada', 'ada', 'ADA', 'ROOT']) {
      const { status, body } = await world.register(name)
      assert.deepEqual([status, body.code], [409, 'username_taken'])
    }
  })

  test('of many concurrent registrations of one name on two replicas, one succeeds', async (t) => {
    const pair = await onOneFile(t)
    const worlds = [await createWorld(t, { stores: pair[0] }), await createWorld(t, { stores: pair[1] })]
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => worlds[i % 2]!.register('ada')))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)])
  })

  for (const [password, reason] of [
    ['Password1', 'too_common'],
    ['        ', 'blank'],
    ['adalovelace', 'same_as_username'],
  ] as const) {
    test(`the password ${password} is 400 password_refused, ${reason}`, async (t) => {
      const world = await createWorld(t)
      const { status, body } = await world.register('AdaLovelace', password)
      assert.deepEqual([status, body.code, body.reason], [400, 'password_refused', reason])
    })
  }
})

suite('logging in', () => {
  test('answers tokens that must not be cached', async (t) => {
    const world = await createWorld(t)
    const user = (await world.register('Ada')).body
    const { status, headers, body } = await world.tryLogin('aDA')
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'no-store')
    assert.deepEqual(body, {
      access_token: body.access_token,
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: body.refresh_token,
      user,
    })
  })

  test('the access token has subject, audience, lifetime and key id', async (t) => {
    const world = await createWorld(t, { accessTokenTtlSeconds: 120 })
    const { access_token, user } = await world.join('Ada')
    const keys = (await world.call('GET', '/.well-known/jwks.json')).body.keys
    const iat = Math.floor(START.getTime() / 1000)
    assert.deepEqual(decodeProtectedHeader(access_token), { alg: 'EdDSA', typ: 'at+jwt', kid: keys[0].kid })
    const claims = decodeJwt(access_token)
    assert.deepEqual(claims, {
      iss: 'shop/auth_service',
      aud: 'shop',
      sub: user.id,
      username: 'Ada',
      role: 'customer',
      sid: claims.sid,
      auth_time: iat,
      iat,
      exp: iat + 120,
      jti: claims.jti,
    })
    assert.notEqual(decodeJwt((await world.login('Ada')).access_token).jti, claims.jti)
  })

  test('the published keys are public halves, cacheable for a minute', async (t) => {
    const world = await createWorld(t)
    const { headers, body } = await world.call('GET', '/.well-known/jwks.json')
    assert.equal(headers['cache-control'], 'public, max-age=60')
    assert.deepEqual(Object.keys(body.keys[0]).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  })

  test('a wrong password and an unknown name get the same answer', async (t) => {
    const world = await createWorld(t)
    await world.register('ada')
    const answers = [
      await world.tryLogin('ada', 'wrong password'),
      await world.tryLogin('bob', 'wrong password'),
    ]
    for (const { body } of answers) delete body.request_id
    assert.deepEqual(answers[0]!.body, answers[1]!.body)
    assert.deepEqual([answers[0]!.status, answers[0]!.body.code], [401, 'invalid_credentials'])
    assert.deepEqual(
      answers.map(({ headers }) => Object.keys(headers)),
      [Object.keys(answers[0]!.headers), Object.keys(answers[0]!.headers)],
    )
  })

  test('a password in another Unicode composition is the same', async (t) => {
    const world = await createWorld(t)
    await world.register('ada', 'caf\u00e9 au lait')
    await world.login('ada', 'cafe\u0301 au lait')
  })

  test('a lone surrogate is not the replacement character', async (t) => {
    const world = await createWorld(t)
    await world.register('ada', 'plum tart \ufffd')
    assert.equal((await world.tryLogin('ada', 'plum tart \ud800')).status, 401)
  })

  test('a hash with weaker parameters is replaced, and the session stays valid', async (t) => {
    const world = await createWorld(t)
    const { user } = await world.join('ada')
    const before = await world.stores.users.find(user.id)
    const stronger = await createWorld(t, {
      stores: world.stores,
      hashParameters: { memoryKib: 16, passes: 1, parallelism: 1 },
    })
    const { refresh_token } = await stronger.login('ada')
    const after = await world.stores.users.find(user.id)
    assert.match(before!.passwordHash, /m=8,/)
    assert.match(after!.passwordHash, /m=16,/)
    assert.equal(after!.passwordVersion, before!.passwordVersion)
    assert.ok(await works(stronger, refresh_token))
    await stronger.login('ada')
  })

  test('outcomes are counted', async (t) => {
    const world = await createWorld(t)
    const { refresh_token } = await world.join('ada')
    await world.tryLogin('ada', 'wrong password')
    await world.refresh(refresh_token)
    await world.refresh(refresh_token)
    await world.refresh('x')
    const seen = async (name: string, outcome: string) => world.metric(name, `outcome="${outcome}"`)
    assert.equal(await seen('auth_logins_total', 'success'), 1)
    assert.equal(await seen('auth_logins_total', 'invalid_credentials'), 1)
    assert.equal(await seen('auth_refreshes_total', 'rotated'), 1)
    assert.equal(await seen('auth_refreshes_total', 'replayed'), 1)
    assert.equal(await seen('auth_refreshes_total', 'invalid_refresh_token'), 1)
  })
})

suite('refreshing', () => {
  test('1: gives a new pair, which can be refreshed again', async (t) => {
    const world = await createWorld(t)
    let { refresh_token } = await world.join('ada')
    const seen = new Set([refresh_token])
    for (let i = 1; i <= 5; i++) {
      const { status, headers, body } = await world.refresh(refresh_token)
      assert.deepEqual([status, headers['cache-control']], [200, 'no-store'])
      assert.equal((await world.call('GET', '/me', { token: body.access_token })).status, 200)
      refresh_token = body.refresh_token
      seen.add(refresh_token)
    }
    assert.equal(seen.size, 6)
  })

  test('2: a token used again within 30 s gets the same successor, which is valid', async (t) => {
    const world = await createWorld(t)
    const { refresh_token } = await world.join('ada')
    const first = (await world.refresh(refresh_token)).body
    world.clock.pass(30_000)
    const again = await world.refresh(refresh_token)
    assert.equal(again.status, 200)
    assert.equal(again.body.refresh_token, first.refresh_token)
    assert.equal((await world.call('GET', '/me', { token: again.body.access_token })).status, 200)
    assert.ok(await works(world, first.refresh_token))
  })

  test('2: many concurrent refreshes of one token on two replicas all get one valid pair', async (t) => {
    const pair = await onOneFile(t)
    const worlds = [await createWorld(t, { stores: pair[0] }), await createWorld(t, { stores: pair[1] })]
    let { refresh_token } = await worlds[0]!.join('ada')
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) => worlds[i % 2]!.refresh(refresh_token)),
      )
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      const successors = new Set(answers.map(({ body }) => body.refresh_token))
      assert.equal(successors.size, 1)
      refresh_token = [...successors][0]
    }
    assert.ok(await works(worlds[1]!, refresh_token))
  })

  test('3: a token used again later ends the session, for the thief and for the owner', async (t) => {
    const world = await createWorld(t)
    const { refresh_token } = await world.join('ada')
    const { body } = await world.refresh(refresh_token)
    world.clock.pass(30_001)
    await assertRefused(world, refresh_token)
    await assertRefused(world, body.refresh_token)
  })

  for (const secondsAfter of [0, 31, 3600]) {
    test(`5: after a rotation under a clock a day ahead, a token is no replay ${secondsAfter} s after the clock was set back`, async (t) => {
      const world = await createWorld(t)
      const { refresh_token } = await world.join('ada')
      world.clock.pass(DAY_MS)
      const { body } = await world.refresh(refresh_token)
      world.clock.pass(secondsAfter * 1000 - DAY_MS)
      await assertRefused(world, refresh_token)
      await assertRefused(world, body.refresh_token)
    })
  }

  test('5: small differences between replicas’ clocks keep the replay window open', async (t) => {
    const world = await createWorld(t)
    const { refresh_token } = await world.join('ada')
    const { body } = await world.refresh(refresh_token)
    world.clock.pass(-CLOCKS_DIFFER_MS)
    assert.equal((await world.refresh(refresh_token)).body.refresh_token, body.refresh_token)
  })

  test('3: a token two generations old ends the session at any time', async (t) => {
    const world = await createWorld(t)
    const { refresh_token } = await world.join('ada')
    const second = (await world.refresh(refresh_token)).body.refresh_token
    const third = (await world.refresh(second)).body.refresh_token
    await assertRefused(world, refresh_token)
    await assertRefused(world, third)
  })

  test('3: an invented token of a real session ends it', async (t) => {
    const world = await createWorld(t)
    const { refresh_token } = await world.join('ada')
    await assertRefused(world, `${refresh_token.split('.')[0]}.${'A'.repeat(43)}`)
    await assertRefused(world, refresh_token)
  })

  test('ending one session does not end the others', async (t) => {
    const world = await createWorld(t)
    const phone = await world.join('ada')
    const laptop = await world.login('ada')
    await world.call('POST', '/logout', { body: { refresh_token: phone.refresh_token } })
    await assertRefused(world, phone.refresh_token)
    assert.ok(await works(world, laptop.refresh_token))
  })

  test('4: a session expires, however often it is refreshed', async (t) => {
    const world = await createWorld(t, { refreshTokenTtlSeconds: 3 * 24 * 3600 })
    let { refresh_token } = await world.join('ada')
    for (let day = 0; day < 2; day++) {
      world.clock.pass(DAY_MS)
      refresh_token = (await world.refresh(refresh_token)).body.refresh_token
    }
    world.clock.pass(DAY_MS - 1)
    refresh_token = (await world.refresh(refresh_token)).body.refresh_token
    world.clock.pass(1)
    await assertRefused(world, refresh_token)
  })

  test(`6: the ${SESSIONS_PER_USER_MAX + 1}st session ends the oldest`, async (t) => {
    const world = await createWorld(t)
    const sessions = [await world.join('ada')]
    for (let i = 0; i < SESSIONS_PER_USER_MAX; i++) {
      world.clock.pass(1)
      sessions.push(await world.login('ada'))
    }
    await assertRefused(world, sessions[0]!.refresh_token)
    assert.ok(await works(world, sessions[1]!.refresh_token))
    assert.ok(await works(world, sessions.at(-1)!.refresh_token))
  })

  test('a new role is in the next access token', async (t) => {
    const world = await createWorld(t)
    const { refresh_token, user } = await world.join('ada')
    await world.stores.users.setRole(user.id, 'admin', world.clock.now, OPERATOR)
    const { body } = await world.refresh(refresh_token)
    assert.equal(decodeJwt(body.access_token).role, 'admin')
    assert.equal(body.user.role, 'admin')
  })

  test('the store contains no usable token', async (t) => {
    const world = await createWorld(t)
    const { refresh_token } = await world.join('ada')
    const next = (await world.refresh(refresh_token)).body.refresh_token
    const stored = JSON.stringify(await world.stores.sessions.find(refresh_token.split('.')[0]!))
    for (const token of [refresh_token, next]) assert.ok(!stored.includes(token.split('.')[1]!))
  })
})

suite('logging out', () => {
  test('any token of the session ends it, and any input answers 204', async (t) => {
    const world = await createWorld(t)
    const { refresh_token } = await world.join('ada')
    const newest = (await world.refresh(refresh_token)).body.refresh_token
    for (const token of [refresh_token, refresh_token, 'garbage', `${'A'.repeat(22)}.${'A'.repeat(43)}`]) {
      const { status, body } = await world.call('POST', '/logout', { body: { refresh_token: token } })
      assert.deepEqual([status, body], [204, undefined])
    }
    await assertRefused(world, newest)
  })
})

suite('changing the password', () => {
  const NEW = 'quince jam on friday'
  const change = (world: World, token: string, body: object) =>
    world.call('PUT', '/me/password', {
      token,
      body: { current_password: PASSWORD, new_password: NEW, ...body },
    })

  test('the new password is valid, the old one is not, and every session ends', async (t) => {
    const world = await createWorld(t)
    const phone = await world.join('ada')
    const laptop = await world.login('ada')
    const { status, body } = await change(world, laptop.access_token, {})
    assert.deepEqual([status, body], [204, undefined])
    for (const { refresh_token } of [phone, laptop]) {
      assert.equal(await world.stores.sessions.find(refresh_token.split('.')[0]!), undefined)
    }
    for (const session of [phone, laptop]) await assertRefused(world, session.refresh_token)
    assert.equal((await world.tryLogin('ada', PASSWORD)).status, 401)
    await world.login('ada', NEW)
  })

  test('only the session of the sent refresh token stays', async (t) => {
    const world = await createWorld(t)
    const phone = await world.join('ada')
    const laptop = await world.login('ada')
    assert.equal(
      (await change(world, laptop.access_token, { refresh_token: laptop.refresh_token })).status,
      204,
    )
    await assertRefused(world, phone.refresh_token)
    const { body } = await world.refresh(laptop.refresh_token)
    assert.ok(await works(world, body.refresh_token))
  })

  test('another user’s refresh token keeps no session', async (t) => {
    const world = await createWorld(t)
    const ada = await world.join('ada')
    const bob = await world.join('bob')
    assert.equal((await change(world, ada.access_token, { refresh_token: bob.refresh_token })).status, 204)
    await assertRefused(world, ada.refresh_token)
    assert.ok(await works(world, bob.refresh_token))
  })

  test('a login checked against the old password gives an invalid session', async (t) => {
    const world = await createWorld(t)
    const { user } = await world.join('ada')
    // The change happens between the password check and the start of the session.
    const { sessions, users } = world.stores
    const stores = {
      ...world.stores,
      sessions: {
        ...sessions,
        start: async (...given: Parameters<typeof sessions.start>) => {
          const { passwordHash } = (await users.find(user.id))!
          assert.ok(await users.changePassword(user.id, 1, passwordHash, () => START))
          return sessions.start(...given)
        },
      },
    }
    const racing = await createWorld(t, { stores })
    const { refresh_token } = await racing.login('ada')
    await assertRefused(world, refresh_token)
  })

  test('a wrong current password is 403 wrong_password and changes nothing', async (t) => {
    const world = await createWorld(t)
    const { access_token, refresh_token } = await world.join('ada')
    const { status, body } = await change(world, access_token, { current_password: 'wrong password' })
    assert.deepEqual([status, body.code], [403, 'wrong_password'])
    assert.ok(await works(world, refresh_token))
    await world.login('ada')
  })

  test('guesses of the current password are throttled like logins', async (t) => {
    const world = await createWorld(t, { freeAttempts: { pair: 2, account: 50, address: 50 } })
    const { access_token } = await world.join('ada')
    const guess = () => change(world, access_token, { current_password: 'wrong password' })
    assert.deepEqual([(await guess()).status, (await guess()).status], [403, 403])
    const { status, headers, body } = await guess()
    assert.deepEqual([status, headers['retry-after'], body.code], [429, '1', 'too_many_attempts'])
  })

  test('of two concurrent changes, one succeeds', async (t) => {
    const pair = await onOneFile(t)
    const worlds = [await createWorld(t, { stores: pair[0] }), await createWorld(t, { stores: pair[1] })]
    const { access_token } = await worlds[0]!.join('ada')
    const passwords = ['quince jam on friday', 'walnut bread on sunday']
    const answers = await Promise.all(
      passwords.map((new_password, i) => change(worlds[i]!, access_token, { new_password })),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 403])
    const winner = answers.findIndex(({ status }) => status === 204)
    await worlds[0]!.login('ada', passwords[winner])
  })
})
