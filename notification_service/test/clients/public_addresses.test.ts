import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublicAddress } from '../../src/clients/public_addresses.ts'

test('public addresses', () => {
  for (const address of ['8.8.8.8', '1.1.1.1', '100.63.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])
    assert.equal(isPublicAddress(address), true, address)
})

test('every address of our networks, in each of its forms, is refused', () => {
  for (const address of [
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.19.9.9'],
    ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::a00:1', '64:ff9b:1::1'],
    ...['100::1', '2001::1', '2001:10::1', '2001:20::1', '2001:db8::1', '2002:a00:1::1', '2002:7f00:1::'],
    ...[
      '3fff::1',
      '4000::1',
      '5f00::1',
      'fc00::1',
      'fd12::1',
      'fe80::1',
      'fec0::1',
      'ff02::1',
      'fe80::1%eth0',
    ],
    ...['', 'localhost', '2606:4700::1111%1', '8.8.8'],
  ])
    assert.equal(isPublicAddress(address), false, address)
})
