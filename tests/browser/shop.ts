/**
 * The complete shop: the real services, the storefront before them, and windows of a real browser.
 *
 * Promises
 *  1. An error of a script in any window, a violation of the page's security policy, and an answer of 500 fail the
 *     test.
 *  2. `close` stops everything that was started here, and reports the errors of all windows.
 */
import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { buildPagesIfOld } from '../../storefront/build.ts'
import { call, expectStatus } from '../system/calls.ts'
import { createServiceProcess, type Environment, freePort, type ServiceProcess } from '../system/processes.ts'
import { createWorld, type World } from '../system/world.ts'
import { launch } from './browser.ts'
import { createWindows, type Windows } from './windows.ts'

/** Generous: a busy machine must not fail a test. */
const WAIT_MS = 60_000
/** The tokens of the world are valid for as long as a suite runs on a busy machine. */
const TOKEN_SECONDS = '3600'

export type Visitor = { readonly username: string; readonly password: string }

export type Shop = World &
  Windows & {
    readonly storefront: ServiceProcess<'storefront'>
    readonly notifications: ServiceProcess
    /** A new account without a session. */
    account(role?: 'customer' | 'admin', username?: string): Promise<Visitor>
    /** On the sign-in page. */
    signIn(page: Page, visitor: Visitor): Promise<void>
    /** A separate window in which `visitor` is signed in. */
    openAs(visitor: Visitor, options?: BrowserContextOptions): Promise<Page>
    /** The window gets the same cookies and storage as by a real sign-in. */
    enter(page: Page, visitor: Visitor): Promise<Page>
    close(): Promise<void>
  }

/** Problems that are expected, and no fault of ours. */
const EXPECTED = /Failed to load resource|net::ERR_/
/** Warnings of the page that show a mistake of ours. */
const MISTAKE = /Warning:|Content Security Policy/

/** `fill` runs as soon as the services are ready: the rest may take longer than the lifetime of a token. */
export async function openShop(
  extra: Environment = {},
  fill: (world: World) => Promise<unknown> = async () => {},
): Promise<Shop> {
  const endings: (() => Promise<void>)[] = []
  const close = async () => {
    const failed: unknown[] = []
    for (const end of endings.splice(0).reverse()) await end().catch((error) => failed.push(error))
    if (failed.length > 0) throw failed[0]
  }
  try {
    return await open(extra, fill, endings, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function open(
  extra: Environment,
  fill: (world: World) => Promise<unknown>,
  endings: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Shop> {
  await buildPagesIfOld()
  const launching = launch()
  // It is stopped, whatever fails before it is used.
  endings.push(() =>
    launching.then(
      (browser) => browser.close(),
      () => {},
    ),
  )
  const settings = { ACCESS_TOKEN_TTL: TOKEN_SECONDS, ...extra }
  const world = await createWorld({ after: (work) => endings.push(work) }, settings)
  const notifications = await world.addProcess('notification_service')
  await fill(world)
  const storefront = createServiceProcess('storefront', await freePort(), {
    LOG_LEVEL: 'warn',
    AUTH_URL: world.auth.url,
    PRODUCT_URL: world.products.url,
    ORDER_URL: world.orders.url,
    NOTIFICATION_URL: notifications.url,
    AUTH_OPS_URL: world.auth.operationsUrl,
    PRODUCT_OPS_URL: world.products.operationsUrl,
    ORDER_OPS_URL: world.orders.operationsUrl,
    NOTIFICATION_OPS_URL: notifications.operationsUrl,
  })
  endings.push(() => storefront.kill())
  await storefront.start()
  const faults: string[] = []
  endings.push(async () => assert.deepEqual(faults, []))
  const listen = (page: Page) => {
    page.setDefaultTimeout(WAIT_MS)
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.stack ?? error.message}`))
    page.on('console', (message) => {
      const wrong = message.type() === 'error' ? !EXPECTED.test(message.text()) : MISTAKE.test(message.text())
      if (wrong) {
        faults.push(`${page.url()}: ${message.text()}`)
      }
    })
    page.on('response', (response) => {
      if (response.status() === 500) faults.push(`${response.url()} answered 500\n${storefront.lastWords()}`)
    })
  }
  const windows = createWindows(await launching, storefront.url, listen)

  return {
    ...world,
    ...windows,
    storefront,
    notifications,
    close,
    async account(role = 'customer', username = `ada_${randomBytes(4).toString('hex')}`) {
      const visitor = { username, password: 'plum tart on tuesday' }
      const { id } = expectStatus(
        await call<{ id: string }>('POST', `${world.auth.url}/register`, { body: visitor }),
        201,
      )
      if (role === 'admin') {
        const { token } = world.admin
        expectStatus(await call('PUT', `${world.auth.url}/users/${id}/role`, { token, body: { role } }), 200)
      }
      return visitor
    },
    async signIn(page, { username, password }) {
      await page.goto('/sign-in')
      await page.getByLabel('Username').fill(username)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('link', { name: `Account of ${username}` }).waitFor()
    },
    openAs: async (visitor, options) => enter(storefront.url, await windows.open(options), visitor),
    enter: (page, visitor) => enter(storefront.url, page, visitor),
  }
}

async function enter(url: string, page: Page, visitor: Visitor): Promise<Page> {
  const { cookie, user } = await sessionOf(url, visitor)
  await page.context().addCookies([cookie])
  await page.evaluate(`localStorage['shop.user'] = ${JSON.stringify(JSON.stringify(user))}`)
  return page
}

/** What a browser has after `visitor` signed in: the gateway's cookie, and the user that the pages save. */
async function sessionOf(url: string, visitor: Visitor) {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(visitor),
  })
  assert.equal(answer.status, 200)
  const [, name = '', value = '', path = ''] =
    /^([^=]+)=([^;]+);.*Path=([^;]+)/.exec(answer.headers.getSetCookie()[0] ?? '') ?? []
  assert.notEqual(name, '', 'the gateway sets a cookie')
  const { user } = (await answer.json()) as { user: object }
  const { hostname } = new URL(url)
  const cookie = {
    name,
    value,
    path,
    domain: hostname,
    httpOnly: true,
    secure: false,
    sameSite: 'Strict' as const,
  }
  return { cookie, user }
}
