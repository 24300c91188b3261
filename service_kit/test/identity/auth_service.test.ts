import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { followAuthService, KEYS_PATH } from '../../src/identity/auth_service.ts'
import { TOKEN_AUDIENCE, TOKEN_ISSUER, TOKEN_TYPE } from '../../src/identity/tokens.ts'
import { WITHDRAWN_PATH, WITHDRAWN_REFRESH_MS } from '../../src/identity/withdrawn_tokens.ts'
import { createLogger } from '../../src/runtime/log.ts'
import { nextTurn, systemRuntime } from '../../src/runtime/runtime.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

const USER = '0190a0a0-0000-7000-8000-000000000001'

suite('a service that follows auth_service', () => {
  test('refuses a token within seconds of its withdrawal, and works while auth_service is down', async (t) => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid: 'a', alg: 'EdDSA', use: 'sig' }
    let withdrawn: object[] = []
    const server = createServer(({ url }, response) => {
      if (url !== KEYS_PATH && url !== WITHDRAWN_PATH) response.writeHead(404)
      response.end(JSON.stringify(url === KEYS_PATH ? { keys: [jwk] } : { withdrawn }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const close = () => {
      server.closeAllConnections()
      server.close()
    }
    t.after(close)
    const runtime = createVirtualRuntime({ startAt: new Date() })
    const auth = followAuthService({
      origins: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`],
      runtime: { ...runtime, deadline: systemRuntime.deadline },
      logger: createLogger('test_service', 'silent'),
    })
    t.after(auth.stop)
    const tokenOf = (claims: object) =>
      new SignJWT({ username: 'ada', role: 'admin', ...claims })
        .setProtectedHeader({ alg: 'EdDSA', typ: TOKEN_TYPE, kid: 'a' })
        .setSubject(USER)
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('10m')
        .setJti('1')
        .sign(privateKey)
    const [before, after] = [await tokenOf({}), await tokenOf({ ver: 2 })]
    const counts = async (token: string) => {
      try {
        return (await auth.verifyToken(token)).userId === USER
      } catch {
        return false
      }
    }
    assert.equal(await counts(before), true)
    withdrawn = [{ user_id: USER, least_version: 2 }]
    await runtime.advance(WITHDRAWN_REFRESH_MS * 1.25)
    // While the answer is awaited, no virtual time passes.
    while (await counts(before)) await nextTurn(systemRuntime)
    close()
    await runtime.advance(60_000)
    assert.deepEqual([await counts(before), await counts(after)], [false, true])
  })
})
