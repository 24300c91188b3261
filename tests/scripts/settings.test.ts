/** `npm run settings` beside a running product_service, on both kinds of store. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { jpegOf } from '../../product_service/test/pictures.ts'
import { patchIn, patchOf } from '../../scripts/settings/patches.ts'
import { call, expectStatus } from '../system/calls.ts'
import { createServiceProcess } from '../system/processes.ts'
import { finish, newWorld } from './running.ts'

async function world(t: TestContext, DATABASE_URL?: string) {
  const made = await newWorld(t)
  mkdirSync(made.dataDir)
  const store: Record<string, string> = DATABASE_URL === undefined ? {} : { DATABASE_URL }
  const service = createServiceProcess('product_service', made.ports.product, {
    DATA_DIR: made.dataDir,
    LOG_LEVEL: 'warn',
    SERVICE_SECRET: 'settings-test-secret-of-32-bytes-or-more',
    ...store,
  })
  t.after(() => service.kill())
  await service.start()
  return {
    ...made,
    shop: async () => expectStatus(await call<Record<string, unknown>>('GET', `${service.url}/shop`), 200),
    settings: (...args: string[]) =>
      finish(t, 'settings.ts', { ...made, env: { ...made.env, ...store } }, ...args),
  }
}

async function setsUpTheShop({ settings, shop, dataDir }: Awaited<ReturnType<typeof world>>) {
  const file = join(dataDir, 'imprint.md')
  writeFileSync(file, '# Wir\n\nHase und Igel')
  assert.match((await settings()).output, /^name +Fairhold$/m)
  assert.match((await settings('set', 'name', 'My shop')).output, /version 2/)
  assert.match((await settings('set', 'name', 'My shop')).output, /Nothing differs/)
  await settings('set', 'legal.imprint', '--file', file, '--language', 'de')
  await settings('set', 'contact.address', 'Lane 1; Town')
  const { name, legal, contact, version } = await shop()
  assert.deepEqual([name, version], ['My shop', 4])
  assert.equal((legal as { imprint: { text: { de: string } } }).imprint.text.de, '# Wir\n\nHase und Igel')
  assert.deepEqual((contact as { address: string[] }).address, ['Lane 1', 'Town'])

  const picture = join(dataDir, 'logo.jpg')
  writeFileSync(picture, await jpegOf({ width: 64, height: 48 }))
  assert.match((await settings('set', 'logo', '--file', picture)).output, /version 5/)
  const { logo, logo_media_id } = await shop()
  assert.deepEqual(logo, { width: 64, height: 48 })
  assert.match((await settings('set', 'logo', 'f'.repeat(64))).output, /There is no picture f+/)
  assert.match((await settings('set', 'logo', '--file', file)).output, /JPEG/)

  const exported = (await settings('export')).output
  writeFileSync(join(dataDir, 'shop.json'), exported)
  await settings('set', 'name', 'Other')
  assert.match((await settings('import', join(dataDir, 'shop.json'))).output, /version 7/)
  assert.deepEqual([(await shop()).name, (await shop()).logo_media_id], ['My shop', logo_media_id])
  assert.match((await settings('import', join(dataDir, 'shop.json'))).output, /Nothing differs/)

  assert.match((await settings('set', 'logo', 'none')).output, /version 8/)
  assert.equal((await shop()).logo, null)

  const refused = await settings('set', 'colours.light.text', '#17573f')
  assert.equal(refused.code, 1)
  assert.match(refused.output, /contrast/)
}

suite('npm run settings', () => {
  test('shows, sets, exports and imports, while the service runs', async (t) => setsUpTheShop(await world(t)))

  test('an impossible command changes nothing and says what is possible', async (t) => {
    const made = await newWorld(t)
    for (const [args, sentence] of [
      [['set', 'name'], /Say set with a field/],
      [['paint'], /Say set with a field/],
      [['--language', 'de'], /are for set/],
      [['set', 'colour', 'red'], /no field colour/],
      [['set', 'legal', 'x'], /no field legal\./],
      [['set', 'tagline', 'Hi'], /add --language en or de/],
      [['set', 'name', 'Hi', '--language', 'de'], /same in every language/],
      [['set', 'colours.light.accent', 'red'], /colours\.light\.accent must be a colour such as #17573f/],
      [['set', 'legal.terms', '--file', 'nowhere.md', '--language', 'en'], /nowhere\.md cannot be read/],
      [['import', 'nowhere.json'], /nowhere\.json cannot be read/],
      [[], /There is no .*products\.db/],
    ] as const) {
      const { code, output } = await finish(t, 'settings.ts', made, ...args)
      assert.equal(code, 1, args.join(' '))
      assert.match(output, sentence)
    }
  })

  test('a file is checked as a request is', () => {
    assert.deepEqual(patchIn('{"name":"Hare"}'), { name: 'Hare' })
    assert.throws(() => patchIn('{'), /no JSON/)
    assert.throws(() => patchIn('[]'), /one JSON object/)
    assert.throws(() => patchIn('{"nam":"x"}'), /nam is not a known field/)
    assert.throws(
      () => patchIn('{"legal":{"terms":{"slug":"A b"}}}'),
      /legal\.terms\.slug must be lower-case/,
    )
    assert.throws(() => patchOf('languages', 'fr', undefined), /languages\.0 must be one of en, de/)
    assert.deepEqual(patchOf('logo_media_id', 'none', undefined), { logo_media_id: null })
  })
})

mongoSuite('npm run settings on MongoDB', (server) => {
  test('shows, sets, exports and imports', async (t) =>
    setsUpTheShop(await world(t, server.url(server.newDatabase()))))
})
