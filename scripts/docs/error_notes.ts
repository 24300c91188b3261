/**
 * When each problem happens and what to do then: the part of docs/errors.md that no catalogue says. A new code
 * does not compile until it has its sentence here.
 */

import type { PROBLEMS as AUTH_PROBLEMS } from '@shop/auth_service/http/problems'
import type { PROBLEMS as ORDER_PROBLEMS } from '@shop/order_service/http/problems'
import type { PROBLEMS as PRODUCT_PROBLEMS } from '@shop/product_service/http/problems'
import type { KitProblemCode } from '@shop/service_kit/runtime/problem'
import type { PROBLEMS as STOREFRONT_PROBLEMS } from '@shop/storefront/http/problems'

export type Owner = 'every service' | 'auth_service' | 'product_service' | 'order_service' | 'storefront'

/** For each code that is not the kit's, and for those of the kit that mean something more in this service. */
type Notes<Table> = Record<Exclude<keyof Table, KitProblemCode>, string> &
  Partial<Record<KitProblemCode, string>>

const EVERY_SERVICE: Record<KitProblemCode, string> = {
  malformed_body: 'The body is not JSON in UTF-8, names a field twice, or is empty where one is needed.',
  validation_failed:
    'A field is missing, unknown, or out of bounds. `errors` lists where (`in`, `path`) and why.',
  malformed_cursor: 'The `cursor` was altered, or comes from another list or sort. Start again without one.',
  unauthenticated: 'There is no access token, or it is expired or not ours. Refresh it, or log in.',
  forbidden: 'The account is known but may not do this; most often, it needs the role admin.',
  route_not_found: 'No route has this path. [docs/openapi](openapi) lists all there are.',
  method_not_allowed: 'The path is there, for other methods: `Allow` lists them.',
  body_too_large: 'The body exceeds the limit of the route.',
  unsupported_media_type: 'The body is not `application/json`, in a charset other than UTF-8, or compressed.',
  bad_request: 'The request breaks HTTP itself, or a limit of the server.',
  too_many_requests:
    'More bodies, or more bytes of them, are on their way from this address than one may send at once. Try again after `Retry-After`.',
  internal_error: 'A fault of ours. It is logged under `request_id`.',
  overloaded: 'More work is waiting than the service takes. Try again after `Retry-After`.',
  store_unavailable: 'The database did not take the write or did not answer in time.',
  keys_unavailable: 'The service has not yet seen the public keys of auth_service. Try again soon.',
  not_ready: 'Answer of `/readyz` while the service starts, drains, or has lost its store.',
}

const AUTH: Notes<typeof AUTH_PROBLEMS> = {
  username_taken: 'The name is registered, in this or in another mix of upper and lower case.',
  password_refused:
    'The new password is too short, too long, the username, or a very common one. `reason` says which.',
  invalid_credentials: 'Name or password is wrong. The answer is the same whether or not the name exists.',
  wrong_password: 'The current password, asked for when it is changed, is wrong.',
  too_many_attempts: 'Too many failed logins for this account or address. Wait `Retry-After` seconds.',
  invalid_refresh_token:
    'The refresh token is unknown, expired, revoked, or was used before. The user has to log in again.',
  user_not_found: 'No account has this id.',
  last_admin: 'The change would leave the shop without an admin.',
}

const PRODUCT: Notes<typeof PRODUCT_PROBLEMS> = {
  product_not_found: 'No product has this id, or it has left the catalogue.',
  version_conflict:
    'The product changed after the `version` in the body. `current` is how it is now; nothing was changed.',
  precondition_failed:
    'The same for a version named by `If-Match`. `current` is how it is now; nothing was changed.',
  version_contradiction: 'The body and `If-Match` name different versions. Send one of them.',
  version_required: 'The shop is set to need a `version` or `If-Match` with every change.',
  insufficient_stock: 'The adjustment would take more units than there are. `current` is how it is now.',
  stock_limit_exceeded: 'The adjustment would exceed the highest stock a product may have.',
  idempotency_key_reused: 'The `Idempotency-Key` was used before with another adjustment.',
}

const ORDER: Notes<typeof ORDER_PROBLEMS> = {
  forbidden: 'The account may not see this list or make this change: it needs the role admin.',
  order_not_found: 'No order has this id, or it belongs to somebody else.',
  product_not_found: 'A product of the order is not for sale. The order is kept as `rejected`.',
  insufficient_stock:
    'There are fewer units than ordered; `shortages` says of what. The order is kept as `rejected`.',
  price_changed:
    '`total_price` is not what the lines cost now. Show the customer the new price. The order is kept as `rejected`.',
  duplicate_lines: 'Two lines name the same product. Add up their quantities.',
  idempotency_key_reused: 'The `Idempotency-Key` was used before with another order. Take a new one.',
  illegal_transition: 'The order cannot go from its status to that one. `allowed` lists where it can go.',
  version_conflict: 'The order changed after the `version` in the body. Read it again; nothing was changed.',
  precondition_failed:
    'The same for a version named by `If-Match`. Read the order again; nothing was changed.',
  too_many_streams: 'The account has too many event streams open. Close one.',
}

const STOREFRONT: Notes<typeof STOREFRONT_PROBLEMS> = {
  upstream_unavailable:
    'The service behind the address cannot be reached; nothing was done. Try again after `Retry-After`.',
  upstream_no_answer:
    'The service was reached and its answer was lost: it may have acted. Repeat a POST only with the same `Idempotency-Key`.',
  too_many_streams: 'The account has too many event streams open. Close one.',
  cross_site_request: 'A route that uses the session cookie was asked by a page of another site.',
  no_session: 'There is no session cookie. Sign in with `POST /api/auth/login`.',
}

export const NOTES: Readonly<Record<Owner, Readonly<Record<string, string>>>> = {
  'every service': EVERY_SERVICE,
  auth_service: AUTH,
  product_service: PRODUCT,
  order_service: ORDER,
  storefront: STOREFRONT,
}
