import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressesOf } from '../../src/calls/addresses.ts'

const found = (count: number) => async () => Array.from({ length: count }, (_, i) => `10.0.0.${100 + i}`)

test('the addresses of a host name are listed once each, and twenty at most', async () => {
  const of = (origin: string, count: number) => addressesOf(origin, found(count))
  assert.deepEqual(await of('http://orders:5002', 3), ['10.0.0.100', '10.0.0.101', '10.0.0.102'])
  assert.equal((await of('http://orders:5002', 100)).length, 20)
  const twice = async () => ['10.0.0.2', '10.0.0.1', '10.0.0.2']
  assert.deepEqual(await addressesOf('http://orders', twice), ['10.0.0.1', '10.0.0.2'])
})

test('an address and localhost have none, and are not resolved', async () => {
  assert.deepEqual(await addressesOf('http://orders:5002', found(1)), ['10.0.0.100'])
  for (const origin of ['http://127.0.0.1:1', 'http://[::1]:1', 'http://localhost:1']) {
    assert.deepEqual(await addressesOf(origin, () => Promise.reject(new Error('looked up'))), [], origin)
  }
})

test('an unknown host name is an error', () =>
  assert.rejects(
    addressesOf('http://orders', () => Promise.reject(new Error('no such name'))),
    /no such name/,
  ))
