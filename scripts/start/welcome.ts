/** The text that `npm start` prints when the shop is ready. A test runs the commands in it as they are printed. */
import { formatMoney } from '@shop/service_kit/money/money'
import type { Planned } from '../plan.ts'
import { MAILBOX, type ProcessEntry, SIMULATOR } from '../services.ts'
import type { ListedProduct } from './demo_catalogue.ts'
import type { AdminLogin } from './first_run.ts'
import type { Paint } from './log_lines.ts'
import type { Supervisor } from './supervisor.ts'

export type Welcome = {
  readonly services: readonly Planned<ProcessEntry>[]
  readonly admin: AdminLogin
  /** Whether to print the generated password. */
  readonly showsPassword: boolean
  readonly pidOf: Supervisor['pidOf']
  /** A sentence about the sample catalogue, if there is one. */
  readonly demo: string | undefined
  readonly product: ListedProduct | undefined
  readonly currencyDigits: number
  readonly seconds: number
}

export function welcome(shop: Welcome, paint: Paint): string {
  const width = Math.max(...shop.services.map(({ entry }) => entry.name.length))
  const far = Math.max(...shop.services.map((service) => docsOf(service).length))
  return [
    '',
    paint(
      ['bold', 'green'],
      `The shop is ready (${shop.seconds.toFixed(1)} s): ${originOf(shop, 'storefront')}`,
    ),
    '',
    ...shop.services.map(
      (service) =>
        `  ${paint(service.entry.style, service.entry.name.padEnd(width))}  ${service.origin}  ${paint('gray', `${docsOf(service).padEnd(far)}  process ${shop.pidOf(service.entry.name) ?? 'stopped'}`)}`,
    ),
    '',
    ...(hasPlayMoney(shop) ? [`  ${PLAY_MONEY}`] : []),
    ...(hasMails(shop) ? [`  ${mailsAt(originOf(shop, MAILBOX.name))}`] : []),
    `  ${adminLine(shop)}`,
    ...(shop.demo === undefined ? [] : [`  ${shop.demo}`]),
    '',
    'A first order, in another terminal (the last line shows one less in stock):',
    '',
    ...firstOrder(shop),
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n')
}

const PLAY_MONEY =
  'Payments are play money: no card is asked for, and nothing is charged. PAYMENTS=off starts without them.'

const hasPlayMoney = ({ services }: Pick<Welcome, 'services'>) =>
  services.some(({ entry }) => entry.name === SIMULATOR.name)

const hasMails = ({ services }: Pick<Welcome, 'services'>) =>
  services.some(({ entry }) => entry.name === MAILBOX.name)

const mailsAt = (origin: string) =>
  `Mails are not sent: read them at ${origin}. SMTP_URL and MAIL_FROM send them by a server.`

const docsOf = (service: Planned<ProcessEntry>) =>
  ({ [SIMULATOR.name]: 'play money', [MAILBOX.name]: 'mails' })[service.entry.name] ?? pagesOf(service)

const pagesOf = ({ env, origin, operations }: Planned<ProcessEntry>) =>
  `${env.PUBLIC_DOCS === 'true' ? origin : operations.origin}/docs`

const originOf = ({ services }: Pick<Welcome, 'services'>, name: string) =>
  services.find(({ entry }) => entry.name === name)!.origin

/** The same as fields for `--json`, without the password. */
export const readyFields = ({ services, admin, demo, pidOf }: Welcome) => ({
  addresses: Object.fromEntries(services.map(({ entry, origin }) => [entry.name, origin])),
  operations: Object.fromEntries(services.map(({ entry, operations }) => [entry.name, operations.origin])),
  pids: Object.fromEntries(services.map(({ entry }) => [entry.name, pidOf(entry.name)])),
  admin: { username: admin.username, file: admin.file },
  demo,
})

function adminLine({ admin, showsPassword }: Welcome): string {
  if (admin.file === undefined) return `Admin: ${admin.username}, with the password from the environment.`
  const login = showsPassword
    ? `${admin.username} / ${admin.password}, saved in`
    : `${admin.username}, password in`
  return `Admin: ${login} ${admin.file}`
}

const JSON_BODY = `-H 'content-type: application/json'`
const take = (name: string) => `sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/'`

export function firstOrder({ services, admin, product, currencyDigits }: Welcome): string[] {
  const url = (name: string) => originOf({ services }, name)
  const login =
    admin.file === undefined
      ? `"{\\"username\\":\\"${admin.username}\\",\\"password\\":\\"$ADMIN_PASSWORD\\"}"`
      : quoted(`@${admin.file}`)
  const bearer = '-H "authorization: Bearer $TOKEN"'
  const price = product?.price ?? formatMoney(1999, currencyDigits)
  const newProduct = JSON.stringify({ name: 'Tea pot', description: 'Holds a litre.', price, stock: 10 })
  return [
    `TOKEN=$(curl -s ${url('auth_service')}/login ${JSON_BODY} -d ${login} | ${take('access_token')})`,
    product
      ? `PRODUCT=${product.id}`
      : `PRODUCT=$(curl -s ${url('product_service')}/products ${bearer} ${JSON_BODY} -d '${newProduct}' | ${take('id')})`,
    `curl -s ${url('product_service')}/products/$PRODUCT; echo`,
    `curl -s ${url('order_service')}/orders ${bearer} ${JSON_BODY} -d '{"product_id":"'$PRODUCT'","quantity":1,"total_price":"${price}"}'; echo`,
    `curl -s ${url('product_service')}/products/$PRODUCT; echo`,
  ]
}

const quoted = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
