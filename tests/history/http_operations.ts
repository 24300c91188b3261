/** One HTTP request and its answer as an operation of a history. */
import { hash } from 'node:crypto'
import { parseMoney } from '@shop/service_kit/money/money'
import type { Answer, Json, Request } from '../system/calls.ts'
import type { Operation, OrderSeen, ProductSeen, Refused, RejectionSeen, Role } from './format.ts'

const SERVER_ERROR = 500
const NOT_MODIFIED = 304

/** What is not for every account, beside orders and changes of products. What comes before the path is that of a gateway. */
const ROUTES: readonly (readonly [pattern: RegExp, access: 'admin' | 'service'])[] = [
  [/^\w+ .*\/products\/[^/]+\/stock_movements$/, 'admin'],
  [/^\w+ .*\/users(\/[^/]+\/(role|reset_link|second_factor))?$/, 'admin'],
  [/^\w+ .*\/audit\/\w+$/, 'admin'],
  [/^\w+ .*\/orders\/overview$/, 'admin'],
  [/^\w+ .*\/(products|groups)\/any(\/[^/]+)?$/, 'admin'],
  [/^\w+ .*\/(groups|media)$/, 'admin'],
  [/^(PATCH|DELETE) .*\/groups\/[^/]+$/, 'admin'],
  [/^POST .*\/groups\/[^/]+\/variants$/, 'admin'],
  [/^POST .*\/categories$/, 'admin'],
  [/^(PATCH|DELETE) .*\/categories\/[^/]+$/, 'admin'],
  [/^PATCH .*\/shop$/, 'admin'],
  [/^PUT .*\/checkout_settings$/, 'admin'],
  [/^PUT .*\/orders\/[^/]+\/returns\/[^/]+$/, 'admin'],
  [/^POST .*\/orders\/[^/]+\/returns\/[^/]+\/receipts$/, 'admin'],
  [/^GET (?!.*\/orders\/).*\/(returns|withdrawals)$/, 'admin'],
  [/^PUT .*\/withdrawals(\/[^/]+)?$/, 'admin'],
  [/^\w+ .*\/imports(\/[^/]+(\/(notes|result|parts\/[^/]+))?)?$/, 'admin'],
  [/^\w+ .*\/exports\/catalogue\.csv$/, 'admin'],
  [/^GET (?!.*\/orders\/).*\/events$/, 'admin'],
  [/^POST (?!.*\/internal\/).*\/payments\/[^/]+\/(refunds(\/[^/]+\/paid)?|paid)$/, 'admin'],
  [/^\w+ .*\/internal\/\w+(\/[^/]+(\/\w+)?)?$/, 'service'],
  [/^\w+ .*\/(endpoints(\/.*)?|mails)$/, 'admin'],
]

/** Of an edit: all other fields are texts and details. */
const NUMBERS: ReadonlySet<string> = new Set(['stock', 'price', 'version'])

export type Exchange = {
  readonly method: string
  readonly url: string
  readonly request: Request
  /** Undefined if the connection broke. */
  readonly answer: Answer | undefined
  readonly called: number
  /** Undefined while it is under way. */
  readonly returned: number | undefined
}

/** `digits` are those of the shop's currency. Undefined for a request that is no operation of a history. */
export function operationOf(exchange: Exchange, digits: number): Operation | undefined {
  const { method, url, request, answer, called, returned } = exchange
  if (answer?.status === NOT_MODIFIED) return undefined
  const { pathname } = new URL(url)
  const timed = { ...whoAsks(request.token), called, returned }
  const { body = {} } = request
  const minor = (amount: unknown) => parseMoney(String(amount), digits) ?? 0
  /** What a successful answer shows, or why it was refused; undefined if the outcome is unknown. */
  const outcome = <Shown>(show: (body: Json) => Shown): Shown | Refused | undefined => {
    if (answer === undefined || answer.status >= SERVER_ERROR) return undefined
    return answer.status < 300 ? show(answer.body) : refusal(answer.body)
  }
  const refusal = ({ code, current }: Json): Refused => {
    const refused = String(code)
    if (typeof current !== 'object' || current === null || !('version' in current)) return { refused }
    return 'stock' in current
      ? { refused, product: productSeen(current) }
      : { refused, order: orderSeen(current as Json) }
  }
  const productSeen = (shown: Json): ProductSeen => ({
    product: String(shown.id),
    version: Number(shown.version),
    stock: Number(shown.stock),
    priceMinor: minor(shown.price),
    text: hash('sha256', JSON.stringify([shown.name, shown.description]), 'base64url').slice(0, 12),
  })
  const orderSeen = (shown: Json): OrderSeen => ({
    order: String(shown.id),
    status: String(shown.status),
    version: Number(shown.version),
    ...(shown.rejection ? { rejection: rejectionSeen(shown.rejection as Json) } : {}),
  })
  const rejectionSeen = ({
    reason,
    shortages,
    unknown_products,
    current_total_price: total,
  }: Json): RejectionSeen => ({
    reason: String(reason),
    shortages: (shortages as Json[]).map(({ product_id, requested, available }) => ({
      ...{ product: String(product_id), requested: Number(requested), available: Number(available) },
    })),
    unknownProducts: unknown_products as string[],
    totalMinor: total === null ? null : minor(total),
  })

  const served = () => ({ served: true as const })
  for (const [pattern, access] of ROUTES) {
    const [route] = pattern.exec(`${method} ${pathname}`) ?? []
    if (route !== undefined) return { is: 'use_route', ...timed, route, access, answer: outcome(served) }
  }
  const ofUser = /\/orders\/user\/([^/]+)$/.exec(pathname)
  const found = /\/(orders|products)(?:\/([0-9a-f-]{36})(\/stock_adjustments)?)?$/.exec(pathname)
  const [, resource, id = '', under = ''] = ofUser ? ['', 'orders/user'] : (found ?? [])
  switch (`${method} ${resource}${id && '/id'}${under}`) {
    case 'GET orders/user':
    case 'GET orders': {
      const ordersSeen = ({ items }: Json) => ({ orders: (items as Json[]).map(orderSeen) })
      return { is: 'list_orders', ...timed, of: ofUser?.[1] ?? null, answer: outcome(ordersSeen) }
    }
    case 'POST orders': {
      const lines = ((body.lines as Json[] | undefined) ?? [body]).map(({ product_id, quantity }) => ({
        ...{ productId: String(product_id), quantity: Number(quantity) },
      }))
      const rejected = answer?.body.order as Json | undefined
      const asked = { key: request.key ?? null, lines, totalMinor: minor(body.total_price) }
      const shown = rejected ? orderSeen(rejected) : outcome(orderSeen)
      return { is: 'place_order', ...timed, ...asked, answer: shown }
    }
    case 'GET orders/id':
      return { is: 'read_order', ...timed, order: id, answer: outcome(orderSeen) }
    case 'PUT orders/id': {
      const asked = { order: id, to: String(body.status), seen: versionNamed(request) }
      return { is: 'change_order', ...timed, ...asked, answer: outcome(orderSeen) }
    }
    case 'POST products': {
      const asked = { stock: Number(body.stock), priceMinor: minor(body.price) }
      return { is: 'create_product', ...timed, ...asked, answer: outcome(productSeen) }
    }
    case 'GET products/id':
      return { is: 'read_product', ...timed, product: id, answer: outcome(productSeen) }
    case 'PUT products/id':
    case 'PATCH products/id': {
      const asked = {
        seen: versionNamed(request),
        stock: body.stock === undefined ? undefined : Number(body.stock),
        priceMinor: body.price === undefined ? undefined : minor(body.price),
        writesText: Object.keys(body).some((field) => !NUMBERS.has(field)),
      }
      return { is: 'edit_product', ...timed, product: id, ...asked, answer: outcome(productSeen) }
    }
    case 'DELETE products/id':
      return {
        is: 'delete_product',
        ...timed,
        product: id,
        answer: outcome(() => ({ deleted: true as const })),
      }
    case 'POST products/id/stock_adjustments': {
      const asked = { key: request.key ?? null, product: id, delta: Number(body.delta) }
      const shown = outcome(({ version, delta, stock_after }) => ({
        ...{ version: Number(version), delta: Number(delta), stockAfter: Number(stock_after) },
      }))
      return { is: 'adjust_stock', ...timed, ...asked, answer: shown }
    }
    default:
      return undefined
  }
}

/** The version in the body, or a single one in `If-Match`. */
function versionNamed({ body, headers }: Request): number | undefined {
  if (body?.version !== undefined) return Number(body.version)
  const [, tag] = /^"(\d+)"$/.exec(headers?.['if-match'] ?? '') ?? []
  return tag === undefined ? undefined : Number(tag)
}

/** The account of the token, which is not verified here. */
function whoAsks(token: string | undefined): { client: string; user: string; role: Role } {
  try {
    const { sub, username, role } = JSON.parse(Buffer.from(token!.split('.')[1]!, 'base64url').toString())
    return {
      client: String(username ?? sub),
      user: String(sub),
      role: role === 'admin' ? 'admin' : 'customer',
    }
  } catch {
    return { client: 'anonymous', user: 'anonymous', role: 'none' }
  }
}
