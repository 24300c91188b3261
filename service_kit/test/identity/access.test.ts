import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import Fastify from 'fastify'
import { guardRoutes, type Principal } from '../../src/identity/access.ts'

const ROLES: readonly Principal['role'][] = ['guest', 'customer', 'admin']

suite('who may call a route', () => {
  for (const [access, admitted] of [
    ['guest', ['guest', 'customer', 'admin']],
    ['user', ['customer', 'admin']],
    ['admin', ['admin']],
  ] as const) {
    test(`access ${access}: ${admitted.join(', ')} (invariant 10)`, async (t) => {
      const app = Fastify()
      t.after(() => app.close())
      const verifyToken = (role: string): Principal => ({
        ...{ userId: 'u', username: 'ada', role: role as Principal['role'], expiresAt: 0 },
      })
      guardRoutes(app, { verifyToken })
      app.get('/', { config: { access } }, async (request) => request.principal!.role)
      const seen = []
      for (const role of ROLES) {
        const { statusCode, body } = await app.inject({
          url: '/',
          headers: { authorization: `Bearer ${role}` },
        })
        if (statusCode === 200) seen.push(body)
        else assert.match(body, /This needs/)
      }
      assert.deepEqual(seen, admitted)
    })
  }
})
