/**
 * An account from its address to its end, as one visitor uses it: everything on one page in one window, because each window costs
 * seconds. The mailbox is a server of this test; passkeys are those of a virtual device.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { codeAt } from '../../auth_service/test/support.ts'
import { answer, serve } from '../../client/test/serve.ts'
import { until } from '../system/until.ts'
import { pageFaults, SCREENS, withAxe } from './page_faults.ts'
import type { Shop } from './shop.ts'

const NEXT_PASSWORD = 'pear tart on wednesday'
const MAIL_MS = 30_000
/** What the gateway passes on when a sign-in is too long ago. */
const STALE = {
  status: 403,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    ...{ title: 'This needs a fresh sign-in', status: 403, detail: 'Give your password, or sign in again.' },
    ...{ code: 'fresh_sign_in_required', request_id: 'test', retryable: false },
  }),
}

type Mail = { readonly kind: string; readonly values: { readonly link?: string } }

/** A mailbox that auth_service hands its mails to. */
async function mailbox(t: TestContext) {
  const { origin, seen } = await serve(t, (_, response) => answer(response, 200, {}))
  const link = (kind: string) =>
    until(`a mail: ${kind}`, MAIL_MS, async () => {
      const mails = seen.flatMap(({ body }) => (body as { mails?: Mail[] } | undefined)?.mails ?? [])
      return mails.find((mail) => mail.kind === kind)?.values.link
    })
  return { origin, link }
}

export async function playAccount(t: TestContext, shop: Shop): Promise<void> {
  const mails = await mailbox(t)
  // Passkeys belong to a name, not to an address of the network.
  const publicUrl = shop.storefront.url.replace('127.0.0.1', 'localhost')
  await shop.auth.kill()
  await shop.auth.start({ PUBLIC_URL: publicUrl, NOTIFICATION_URL: mails.origin })
  t.after(async () => {
    await shop.auth.kill()
    await shop.auth.start()
  })
  const visitor = await shop.account()
  const page = await withAxe(await shop.openNew({ ...SCREENS.phone, baseURL: publicUrl }))
  await addDevice(page)
  const faults: string[] = []
  const look = async (name: string) => faults.push(...(await pageFaults(page, name, 'phone')))
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const part = (name: string) => page.getByRole('region', { name, exact: true })
  const signInWith = async (password: string) => {
    await page.goto('/sign-in?next=/account')
    await page.getByLabel('Username').fill(visitor.username)
    await page.getByLabel('Password').fill(password)
    await button('Sign in').click()
  }
  const signOut = async () => {
    await button('Sign out').click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  }

  await signInWith(visitor.password)

  const email = part('E-mail address')
  await email.getByLabel('E-mail address').fill('not an address')
  await email.getByRole('button', { name: 'Save and send a link' }).click()
  await email.getByText('This is not an e-mail address.').waitFor()
  await email.getByLabel('E-mail address').fill('ada@example.com')
  await email.getByRole('button', { name: 'Save and send a link' }).click()
  await email.getByText('Not confirmed yet').waitFor()
  await page.goto(await mails.link('email_verification'))
  await look('confirm an address')
  await button('Confirm the address').click()
  await page.getByText('Your address is confirmed').waitFor()
  await page.getByRole('link', { name: 'To your account' }).click()
  await email.getByText('Confirmed', { exact: true }).waitFor()

  // A change that needs a fresh sign-in: the password is asked, and a wrong one is refused at its field.
  const factor = part('Second step when signing in')
  await page.route('**/api/auth/me/totp', async (route) => {
    const request = route.request()
    const isFirst = request.method() === 'POST' && !request.postData()?.includes('current_password')
    await (isFirst ? route.fulfill(STALE) : route.continue())
  })
  await factor.getByRole('button', { name: 'Set it up' }).click()
  const asked = page.getByRole('dialog', { name: 'Is it you?' })
  await asked.getByLabel('Current password').fill('wrong password')
  await asked.getByRole('button', { name: 'Continue' }).click()
  await asked.getByText('This is not your current password.').waitFor()
  await look('password asked')
  await asked.getByLabel('Current password').fill(visitor.password)
  await asked.getByRole('button', { name: 'Continue' }).click()
  await factor.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
  await page.unrouteAll()
  const secret = (await factor.locator('.font-mono').innerText()).replaceAll(' ', '')
  await factor.getByLabel('Code from the app').fill('000000')
  await factor.getByRole('button', { name: 'Turn it on' }).click()
  await factor.getByText('This code is not valid').waitFor()
  await look('second factor')
  await factor.getByLabel('Code from the app').fill(codeAt(secret, new Date()))
  await factor.getByRole('button', { name: 'Turn it on' }).click()
  const list = factor.getByRole('list', { name: 'Recovery codes' })
  await list.waitFor()
  const codes = await list.getByRole('listitem').allInnerTexts()
  assert.equal(codes.length, 10)
  await look('recovery codes')
  await button('I have kept them').click()
  await factor.getByText('10 recovery codes are left.').waitFor()

  const passkeys = part('Passkeys')
  await passkeys.getByLabel('Name of the passkey').fill('My telephone')
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click()
  await passkeys.getByRole('list').getByText('My telephone').waitFor()
  await signOut()

  await signInWith(visitor.password)
  await page.getByText('Type the code that your authenticator app shows').waitFor()
  await page.getByLabel('Code').fill('000000')
  await button('Continue').click()
  await page.getByText('This code is not valid').waitFor()
  await look('code asked')
  await page.getByLabel('Code').fill(codes[0]!)
  await button('Continue').click()
  await factor.getByText('9 recovery codes are left.').waitFor()
  await signOut()

  await page.goto('/sign-in?next=/account')
  await button('Use a passkey').click()
  await passkeys.getByText('last used').waitFor()
  await look('account in use')
  await passkeys.getByRole('button', { name: 'Remove My telephone' }).click()
  // By keyboard: a message may lie over it for some seconds.
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).press('Enter')
  await passkeys.getByText('You have no passkeys.').waitFor()

  const file = page.waitForEvent('download')
  await button('Download your data').click()
  const exported = await Array.fromAsync(await (await file).createReadStream())
  const { account, orders } = JSON.parse(Buffer.concat(exported as Buffer[]).toString())
  assert.deepEqual([account.username, account.verified_email], [visitor.username, 'ada@example.com'])
  assert.deepEqual(orders, [])
  await signOut()

  await page.goto('/sign-in')
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('Username or e-mail address').fill('ada@example.com')
  await button('Send the link').click()
  await page.getByText('Please look into your mailbox').waitFor()
  await look('forgot password')
  const link = await mails.link('password_reset')
  await page.goto(link)
  await page.getByLabel('New password').fill('password123')
  await button('Save the password').click()
  await page.getByText('one of the most common').waitFor()
  await look('reset password')
  await page.getByLabel('New password').fill(NEXT_PASSWORD)
  await button('Save the password').click()
  await page.getByText('Your password is changed').waitFor()
  await page.goto('/')
  await page.goto(link)
  await page.getByLabel('New password').fill(NEXT_PASSWORD)
  await button('Save the password').click()
  await page.getByText('This link does not work any more').waitFor()

  await signInWith(NEXT_PASSWORD)
  await page.getByLabel('Code').fill(codes[1]!)
  await button('Continue').click()
  await factor.getByRole('button', { name: 'Turn it off' }).click()
  await page.getByRole('dialog').getByLabel('Code').fill(codes[2]!)
  await page.getByRole('dialog').getByRole('button', { name: 'Turn it off' }).click()
  await factor.getByRole('button', { name: 'Set it up' }).waitFor()
  await button('Delete the account').click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete the account' }).press('Enter')
  await page.getByText('Your account is deleted').waitFor()
  await signInWith(NEXT_PASSWORD)
  await page.getByText('Wrong username or password.').waitFor()
  assert.deepEqual(faults, [])
}

/** A device with a screen lock, whose owner always says yes. */
async function addDevice(page: Page): Promise<void> {
  const devices = await page.context().newCDPSession(page)
  await devices.send('WebAuthn.enable')
  await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  })
}
