import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { addressPrefix } from '../../src/http/addresses.ts'

suite('addresses', () => {
  const table: [string, string][] = [
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ]
  for (const [address, prefix] of table) {
    test(`${address} counts as ${prefix}`, () => assert.equal(addressPrefix(address), prefix))
  }
})
