import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CLIENT_NAME_LENGTH_MAX, clientName } from '../../src/domain/client_names.ts'

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)'

suite('names of clients', () => {
  for (const [agent, name] of [
    [`${WINDOWS} Chrome/140.0.0.0 Safari/537.36`, 'Chrome on Windows'],
    [`${WINDOWS} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, 'Edge on Windows'],
    [`${WINDOWS} Chrome/140.0.0.0 Safari/537.36 OPR/120.0`, 'Opera on Windows'],
    [`${ANDROID} SamsungBrowser/28.0 Chrome/130 Mobile Safari/537.36`, 'Samsung Internet on Android'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18 Safari/605',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605 CriOS/140 Mobile Safari/604',
      'Chrome on iPad',
    ],
    ['Mozilla/5.0 (X11; CrOS x86_64 1) AppleWebKit/537 Chrome/140 Safari/537', 'Chrome on ChromeOS'],
    ['curl/8.5.0', 'curl'],
    ['Shop App/2 (Android 15)', 'Android'],
    [`${'x'.repeat(200)}`, 'x'.repeat(CLIENT_NAME_LENGTH_MAX)],
    ['<script>', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    test(`${String(agent).slice(0, 90)}: ${name}`, () => assert.equal(clientName(agent), name))
  }
})
