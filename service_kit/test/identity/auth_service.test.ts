import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { followAuthService, KEYS_PATH } from '../../src/identity/auth_service.ts'
import { WITHDRAWN_PATH, WITHDRAWN_REFRESH_MS } from '../../src/identity/withdrawn_tokens.ts'
import { createLogger } from '../../src/runtime/log.ts'
import { serve } from '../../test_support/http_server.ts'
import { createVirtualRuntime, untilTrue, withoutDeadlines } from '../../test_support/virtual_runtime.ts'
import { createSigner, NOW, USER } from '../fixtures/signer.ts'

suite('a service that follows auth_service', () => {
  test('refuses a token within seconds after its withdrawal, and verifies tokens while auth_service is down', async (t) => {
    const { jwk, sign } = await createSigner('a')
    let withdrawn: object[] = []
    let down = false
    const url = await serve(t, ({ url: path }, response) => {
      if (down) return response.destroy()
      if (path !== KEYS_PATH && path !== WITHDRAWN_PATH) response.writeHead(404)
      response.end(JSON.stringify(path === KEYS_PATH ? { keys: [jwk] } : { withdrawn }))
    })
    const runtime = createVirtualRuntime({ startAt: NOW })
    const auth = followAuthService({
      origins: [url],
      runtime: withoutDeadlines(runtime),
      logger: createLogger('test_service', 'silent'),
    })
    t.after(auth.stop)
    const [before, after] = [await sign(), await sign(600, { ver: 2 })]
    const isValid = async (token: string) => {
      try {
        return (await auth.verifyToken(token)).userId === USER
      } catch {
        return false
      }
    }
    assert.equal(await isValid(before), true)
    withdrawn = [{ user_id: USER, least_version: 2 }]
    await runtime.advance(WITHDRAWN_REFRESH_MS * 1.25)
    await untilTrue(async () => !(await isValid(before)))
    down = true
    await runtime.advance(60_000)
    assert.deepEqual([await isValid(before), await isValid(after)], [false, true])
  })
})
