import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { requestHeaders, responseHeaders } from '../../src/http/passed_headers.ts'

const OF_ONE_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const OF_THE_GATEWAY = [
  'content-length',
  'host',
  'cookie',
  'forwarded',
  'expect',
  'http2-settings',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-prefix',
]

const from = (traceparent?: string) =>
  ({ ip: '203.0.113.7', protocol: 'https', id: 'asked-1', traceparent }) as unknown as FastifyRequest
const sent = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'sent']))

suite('headers of a request to a service', () => {
  test('hop-by-hop headers and those that only the gateway sets are dropped; the others are forwarded', () => {
    const headers = { ...sent([...OF_ONE_CONNECTION, ...OF_THE_GATEWAY]), accept: 'a/b', 'if-match': '"1"' }
    assert.deepEqual(requestHeaders(from(), headers), {
      accept: 'a/b',
      'if-match': '"1"',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-request-id': 'asked-1',
    })
  })

  test('headers that Connection names are dropped, in any case', () => {
    const headers = { connection: 'X-Hop ,close', 'x-hop': '1', close: '2', 'x-other': '3' }
    assert.equal(requestHeaders(from(), headers)['x-hop'], undefined)
    assert.equal(requestHeaders(from(), headers).close, undefined)
    assert.equal(requestHeaders(from(), headers)['x-other'], '3')
  })

  test('the trace is the one of the gateway, never one of the visitor', () => {
    const headers = { traceparent: 'of-the-visitor' }
    assert.equal(requestHeaders(from('ours'), headers).traceparent, 'ours')
    assert.equal('traceparent' in requestHeaders(from(), headers), false)
  })
})

suite('headers of an answer to a visitor', () => {
  test('hop-by-hop headers and the request id of the service are dropped', () => {
    const said = { ...sent([...OF_ONE_CONNECTION, 'x-request-id']), etag: '"7"', 'content-length': '9' }
    assert.deepEqual(responseHeaders(said, '/api'), {
      'cache-control': 'private, no-cache',
      etag: '"7"',
      'content-length': '9',
    })
  })

  test('a Location at the service is rewritten; any other is forwarded unchanged', () => {
    const rewritten = (location: string) => responseHeaders({ location }, '/api/auth').location
    assert.equal(rewritten('/users/7'), '/api/auth/users/7')
    assert.equal(rewritten('https://elsewhere.example/users/7'), 'https://elsewhere.example/users/7')
  })
})
