/** Every field of every request that may be null: a wrong value is refused with what is wrong with it. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bodyWith, nullableFields } from '@shop/service_kit/test_support/nullable_fields'
import { SKU_LENGTH_MAX } from '../../src/domain/details.ts'
import { nextId, openShop } from '../worlds.ts'

type Operation = { requestBody?: { content: Record<string, { schema: unknown }> } }
type Method = Parameters<Awaited<ReturnType<typeof openShop>>['admin']>[0]

suite('a wrong value of a field that may be null', () => {
  test('is refused with a message about it, on every route', async (t) => {
    const { app, as } = await openShop(t)
    const { paths } = (await app.openApi()) as unknown as { paths: Record<string, Record<string, Operation>> }
    const routes = new Set<string>()
    for (const [path, methods] of Object.entries(paths)) {
      const call = as(path.startsWith('/internal/') ? 'service' : 'admin')
      for (const [method, { requestBody }] of Object.entries(methods)) {
        for (const [type, { schema }] of Object.entries(requestBody?.content ?? {})) {
          for (const { path: field, wrong } of nullableFields(schema)) {
            for (const value of [...wrong, true]) {
              const url = path.replaceAll(/\{\w+\}/g, nextId)
              const answer = await call(method.toUpperCase() as Method, url, bodyWith(field, value), {
                'content-type': type,
              })
              const what = `${method} ${path} ${field.join('.')}: ${JSON.stringify(value)}`
              assert.equal(answer.statusCode, 400, what)
              const { errors } = answer.json() as { errors: { path: string; message: string }[] }
              const fault = errors.find((each) => each.path === `/${field.join('/')}`)
              assert.match(fault?.message ?? '', /^must /, what)
              routes.add(`${method} ${path}`)
            }
          }
        }
      }
    }
    assert.ok(routes.size >= 8, `only ${[...routes]}`)
  })

  test('e.g. of an SKU, a weight, a price and a group', async (t) => {
    const { admin } = await openShop(t)
    const refusals = async (fields: object) => {
      const { errors } = (await admin('PATCH', `/products/${nextId()}`, fields)).json()
      return errors.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`)
    }
    assert.deepEqual(await refusals({ sku: 'a'.repeat(SKU_LENGTH_MAX + 1) }), [
      `/sku must have at most ${SKU_LENGTH_MAX} characters`,
    ])
    assert.deepEqual(await refusals({ sku: '' }), ['/sku must not be empty'])
    assert.deepEqual(await refusals({ sku: 'a\0' }), ['/sku must not contain control characters'])
    assert.deepEqual(
      await refusals({ sku: 7, weight_grams: -1, compare_at_price: 'free', group_id: 'none' }),
      [
        '/sku must be text',
        '/weight_grams must be at least 0',
        '/compare_at_price must be an amount such as "19.99"',
        '/group_id must be an id such as 01890a5d-ac96-774b-bcce-b302099a8057',
      ],
    )
  })
})
