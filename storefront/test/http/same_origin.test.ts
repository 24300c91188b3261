import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isSameOrigin } from '../../src/http/same_origin.ts'

const SHOP = 'https://shop.example'

suite('who may use the session cookie', () => {
  for (const [who, headers, publicOrigin, ours] of [
    ['our page over TLS', { 'sec-fetch-site': 'same-origin', origin: SHOP }, SHOP, true],
    [
      'our page, reached by a plain address',
      { origin: 'http://10.0.0.5:8080', host: '10.0.0.5:8080' },
      undefined,
      true,
    ],
    ['a program that is no browser', { host: 'shop.example' }, SHOP, true],
    [
      'a page of another site',
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      SHOP,
      false,
    ],
    [
      'a page of a sibling domain',
      { 'sec-fetch-site': 'same-site', origin: 'https://blog.shop.example' },
      SHOP,
      false,
    ],
    ['such a page that names no origin', { 'sec-fetch-site': 'same-site' }, SHOP, false],
    ['such a page that names ours', { 'sec-fetch-site': 'same-site', origin: SHOP }, SHOP, false],
    ['an address typed in by hand', { 'sec-fetch-site': 'none' }, SHOP, false],
    [
      'another origin in a browser that sends no Sec-Fetch-Site',
      { origin: 'https://evil.example' },
      SHOP,
      false,
    ],
    ['the same name without TLS', { origin: 'http://shop.example' }, SHOP, false],
    [
      'another port of the same host',
      { origin: 'http://10.0.0.5:81', host: '10.0.0.5:8080' },
      undefined,
      false,
    ],
    ['a page without an origin of its own', { origin: 'null', host: '10.0.0.5:8080' }, undefined, false],
  ] as const) {
    test(`${who}: ${ours ? 'yes' : 'no'}`, () => assert.equal(isSameOrigin(headers, publicOrigin), ours))
  }
})
