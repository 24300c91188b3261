/**
 * When each problem happens and what to do: the part of docs/errors.md that no table has. A new code does not compile
 * until it has its sentence here.
 */
import type { KitProblemCode } from '@shop/service_kit/runtime/problem'
import type { Owner, TABLES } from './problem_tables.ts'

/** All codes of the kit once; then each service's own codes, and those of the kit that mean more there. */
type Notes = {
  readonly [O in Owner]: O extends 'every service'
    ? Record<KitProblemCode, string>
    : Record<Exclude<keyof (typeof TABLES)[O], KitProblemCode>, string> &
        Partial<Record<KitProblemCode, string>>
}

export const NOTES: Notes = {
  'every service': {
    malformed_body: 'The body is not JSON in UTF-8, names a field twice, or is empty where one is needed.',
    validation_failed:
      'A field is missing, unknown, or out of bounds. `errors` lists where (`in`, `path`) and why.',
    malformed_cursor:
      'The `cursor` was altered, or comes from another list or sort. Start again without one.',
    unauthenticated: 'There is no access token, or it is expired or not ours. Refresh it, or log in.',
    forbidden: 'The account is known but may not do this; most often, it needs the role admin.',
    route_not_found: 'No route has this path. [docs/openapi](openapi) lists all there are.',
    method_not_allowed: 'The path is there, for other methods: `Allow` lists them.',
    body_too_large: 'The body exceeds the limit of the route.',
    unsupported_media_type:
      'The body is not `application/json`, in a charset other than UTF-8, or compressed.',
    bad_request: 'The request breaks HTTP itself, or a limit of the server.',
    too_many_requests:
      'This address sends more bodies, or more bytes, at once than it may. Try again after `Retry-After`.',
    internal_error: 'A fault of the service. It is logged under `request_id`.',
    overloaded: 'More requests are waiting than the service accepts. Try again after `Retry-After`.',
    store_unavailable: 'The database refused the write, or did not answer in time.',
    keys_unavailable: 'The service has not fetched the public keys of auth_service yet. Try again soon.',
    not_ready: 'Answer of `/readyz` while the service starts, drains, or has lost its store.',
  },
  auth_service: {
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
    fresh_sign_in_required:
      'The access token alone is not enough. Send `current_password`, or sign in again within the last ten minutes.',
    second_factor_required:
      'The password is right, and the account has a second factor. Send `challenge` with a code to `POST /login/second_factor` before `expires_at`.',
    invalid_challenge:
      'The challenge was used, has expired, or the password has changed since. Log in again.',
    invalid_code:
      'The code is wrong, of another time, or was used already. Codes of an app change every 30 seconds; each works once.',
    no_second_factor: 'The account has no second factor, or its enrolment has expired.',
    second_factor_exists: 'The account has a second factor. Remove it before you enrol another.',
    passkey_refused:
      'The challenge was used or has expired, the passkey is unknown, or its signature is not valid. Begin again with new options.',
    passkey_not_found: 'You have no passkey with this id.',
    too_many_passkeys: 'An account has at most ten passkeys. Remove one first.',
    passkeys_unavailable:
      'The shop has no `PUBLIC_URL`, whose host passkeys belong to. Everything else works.',
    session_not_found: 'You have no session with this id: it has ended, or is that of another account.',
    email_refused: 'The text is not `name@host`, as mailboxes of people are.',
    email_taken: 'The mailbox was proved already, by another account.',
    invalid_link: 'The link was used, has expired, or was replaced by a newer one. Ask for another.',
    mail_unavailable:
      'The shop is not configured to send e-mail (`NOTIFICATION_URL`, `PUBLIC_URL`). Everything else works.',
  },
  product_service: {
    product_not_found: 'No product has this id, or it has left the catalogue.',
    version_conflict:
      'The product changed after the `version` in the body. `current` is the product as it is now; nothing was changed.',
    precondition_failed:
      'The same for a version named by `If-Match`. `current` is the product as it is now; nothing was changed.',
    version_contradiction: 'The body and `If-Match` name different versions. Send one of them.',
    version_required: 'The shop is configured to require a `version` or `If-Match` with every change.',
    insufficient_stock:
      'The adjustment would take more units than there are. `current` is the product as it is now.',
    stock_limit_exceeded: 'The adjustment would exceed the highest stock a product may have.',
    idempotency_key_reused: 'The `Idempotency-Key` was used before with another adjustment.',
    media_not_found:
      'No picture has this id, or it has no such rendition: there are six, and no others are made.',
    media_unknown:
      'A product or group cannot show `picture`, because it is not there. It may have been removed because nothing used it for some days: upload it again.',
    upload_malformed:
      'The body is not `multipart/form-data` with exactly one file and nothing else, or it ends too early.',
    media_format_unsupported:
      'The bytes of the file are neither JPEG nor PNG, WebP or AVIF, whatever its name says.',
    media_size_refused:
      'The picture has more than 40 megapixels (AVIF: 8), an edge under 16 pixels, or one edge more than 10 times the other.',
    media_animated: 'The file has several frames. Send a still picture.',
    media_unreadable: 'The file ends too early, or is damaged. Nothing was stored.',
    media_not_processed:
      'Making the renditions took too long, or ended its process. Nothing was stored, and the same file will probably fail again.',
    media_store_unavailable:
      'The folder, database or bucket of the pictures failed, or is full. Nothing was stored.',
    sku_taken: 'The product `owner` has this SKU and was not removed.',
    slug_taken:
      'The product, group or category `owner` has this address. An address from before a renaming may be taken.',
    category_unknown: 'There is no category of one of these ids.',
    category_not_found: 'No category has this id, or it was removed.',
    category_conflict:
      'The category was edited after the `version` in the body. `current` is the category as it is now; nothing was changed.',
    category_precondition_failed:
      'The same for a version named by `If-Match`. `current` is the category as it is now; nothing was changed.',
    category_not_empty: 'A category is removed only when none is below it. Move or remove those first.',
    category_below_itself: 'The new parent is the category itself, or one below it.',
    category_too_deep: 'There are at most five levels; what is below a category that moves counts too.',
    categories_full: 'There are 2,000 categories, and no more can be added.',
    group_not_found: 'No group of variants has this id, or it has left the catalogue.',
    group_conflict:
      'The group was edited after the `version` in the body. `current` is the group as it is now; nothing was changed.',
    group_precondition_failed:
      'The same for a version named by `If-Match`. `current` is the group as it is now; nothing was changed.',
    group_is_full: 'The group has as many variants as it can have.',
    option_values_invalid:
      'A variant has one value of each option of its group, and a product without a group has none.',
    option_in_use: 'Options of a group must fit all of its variants: remove or change these variants first.',
    variant_exists: 'The product `owner` is the variant of these values.',
    belongs_to_group:
      'Slug, categories and attributes of a variant are those of its group: change the group.',
    not_a_draft: 'A time of publishing was sent for a product or group that is published.',
    import_not_found: 'No import has this id. Imports are removed 30 days after their last change.',
    import_under_way: 'One import at a time: `current` is not finished. Continue or cancel it first.',
    import_state_conflict:
      'What was asked for does not fit the state of the import, or parts of its file are missing. `current` is the import as it is now.',
    import_has_faults:
      'Rows of the file have faults. Correct them, or send `without_faulty` to start without these rows.',
    settings_changed:
      'The settings changed after the `version` in the body. `current` are the settings as they are now; nothing was changed.',
    settings_precondition_failed:
      'The same for a version named by `If-Match`. `current` are the settings as they are now; nothing was changed.',
    settings_refused:
      'A colour has too little contrast, two pages have one slug, or the default language is not offered. `errors` says which.',
  },
  order_service: {
    forbidden: 'The account may not see this list or make this change: it needs the role admin.',
    order_not_found: 'No order has this id, or it belongs to another user.',
    product_not_found: 'A product of the order is not for sale. The order is stored as `rejected`.',
    insufficient_stock:
      'There are fewer units than ordered; `shortages` lists the products. The order is stored as `rejected`.',
    price_changed:
      '`total_price` is not what the lines cost now. Show the customer the new price. The order is stored as `rejected`.',
    duplicate_lines: 'Two lines name the same product. Add up their quantities.',
    products_unknown: 'A product of the quote is not for sale. `unknown_products` lists them.',
    products_unavailable:
      'product_service gave no usable answer in time, and a quote needs prices. Try again; orders with a quote are accepted meanwhile.',
    shipping_method_unavailable:
      'This way of shipping does not exist, or does not go to that country with these goods. `offered` lists those that do.',
    total_too_large: 'Lines, taxes and shipping cost more than 10^15 of the smallest units of the currency.',
    amount_not_by_card:
      'The payment provider charges from `least` to `most`, and of some currencies whole units alone. Offer another way of paying.',
    too_many_unpaid_orders:
      'A buyer may have at most 10 orders that wait for their payments, because they hold stock. Pay or cancel some of them first.',
    too_many_orders:
      'At most 30 orders a day are placed without an account for one e-mail address, because each sends mails there. Sign in, or order tomorrow.',
    too_many_attempts:
      'Links of orders are mailed a few times an hour for one client address. Wait as `Retry-After` says.',
    mail_unavailable: 'order_service has no `NOTIFICATION_URL`, so it sends no links of orders.',
    email_not_verified:
      'An order that was placed without an account is added to the account whose verified e-mail address it has. Verify yours: `PUT /me/email`.',
    email_differs:
      'The order has another e-mail address than the one that your account has verified. Only who has its mailbox can add it.',
    quote_required: 'Orders are paid in this shop: ask for a quote, and order with it.',
    payment_method_unavailable:
      'The shop does not offer this way of paying; `GET /checkout_settings` lists those that it does.',
    quote_invalid: 'The `quote` is not one that this shop made, or was changed. Ask for one.',
    quote_expired: 'Quotes can be ordered for 30 minutes. Ask for another, and show the customer its total.',
    quote_for_other_address:
      'The country of the address, or its region where taxes depend on it, is not that of the quote. Ask for one for this address.',
    settings_changed:
      'The settings changed after the `version` in the body. `current` are the settings as they are now; nothing was changed.',
    settings_precondition_failed:
      'The same for a version named by `If-Match`. `current` are the settings as they are now; nothing was changed.',
    idempotency_key_reused: 'The `Idempotency-Key` was used before with another order. Use a new one.',
    illegal_transition: 'The order cannot go from its status to that one. `allowed` lists where it can go.',
    version_conflict:
      'The order changed after the `version` in the body. Read it again; nothing was changed.',
    precondition_failed:
      'The same for a version named by `If-Match`. Read the order again; nothing was changed.',
    too_many_streams: 'The account has too many event streams open. Close one.',
    order_not_shipped:
      'Only what was shipped can be returned. An order that was not shipped can be cancelled.',
    return_not_found: 'The order has no return with this id.',
    return_is_over: 'The return was refused, or all of it has arrived. Open another one.',
    return_exceeds_shipped:
      'More units than were shipped and are not being returned yet: `left_quantity` of the product `product_id` are left.',
    receipt_exceeds_return:
      'More units arrived than the return names: it still expects `left_quantity` of the product `product_id`.',
    too_many_returns: 'An order has at most 30 returns, and a return at most 20 receipts.',
    withdrawal_not_found: 'No withdrawal has this id.',
    too_many_withdrawals:
      'More than 20 statements within an hour came from this address, or too many from all. Wait for `Retry-After`, or write to the shop: a withdrawal needs no form.',
  },
  notification_service: {
    events_removed:
      'Events after `after` were removed, because they were older than EVENTS_KEPT_DAYS. Read what you missed from the services, and go on with `after` = `oldest` - 1.',
    position_unknown:
      'The log ends at `last`, before `after`: it was restored from a backup. Read it again from there; events that you have keep their `id`.',
    endpoint_not_found: 'No endpoint has this id.',
    endpoint_changed:
      'Others changed the endpoint at the same time; nothing was changed. Send the request again.',
    too_many_endpoints: 'There may be 50 endpoints. Remove one that is not used.',
    delivery_not_found: 'The event was never to be delivered to this endpoint.',
    event_not_found: 'The log has no event with one of these ids, or not any more. Nothing was queued.',
    replay_too_large: 'The range has over 1,000 events for this endpoint. Send several smaller ones.',
  },
  payment_service: {
    payment_not_found: 'The order has no payment, or it is not yours: the answer is the same.',
    payment_differs:
      'An order has one payment. `current` is what it has; it is of another amount, currency or method than asked for.',
    currency_differs:
      'Amounts go between the services in minor units. Give both the same CURRENCY and CURRENCY_DIGITS; until then orders by card are refused or cancelled.',
    method_unavailable:
      'PAYMENT_PROVIDER is `none`, so there are no payments by card. Offer invoice or cash.',
    not_authorised:
      'Less is authorised than is to be captured, or nothing any more: an authorisation ends after about 7 days. `current.capture_before` says when.',
    being_captured:
      'What is being captured cannot be cancelled at the same time. Try again; then it is refunded.',
    being_cancelled: 'The payment was cancelled, or is about to be, so nothing more is taken by it.',
    not_captured:
      'Nothing was captured yet, so nothing can be refunded. Cancel the order instead; what came back of one that was shipped is refunded by itself once it is paid.',
    never_captured: 'The payment was cancelled, or has failed: nothing was captured, and nothing will be.',
    not_manual:
      'Payments by card are marked as paid by the provider alone, and so are their refunds; record what you paid back by yourself as a refund with `by_hand`.',
    refund_exceeds_captured:
      'All refunds together are never more than what was captured. `refundable` is what is left; read the payment again.',
    refund_exceeds_bought:
      'Of a line as many units are refunded as were bought, and the shipping once. `refundable_quantity` is what is left of `product_id` (null: the shipping).',
    lines_unknown: 'The order did not say what it consists of. Refund an amount.',
    too_many_refunds: 'Refund the rest at the provider by hand; it is counted here, too.',
    refund_not_found: 'The payment has no refund of this id.',
    idempotency_key_missing:
      'Send an `Idempotency-Key`, such as a UUID, so that a repeated request refunds once.',
    idempotency_key_reused:
      'The key made the refund `refund_id`, of another amount, other lines or another reason. Use a new key.',
    signature_invalid:
      'STRIPE_WEBHOOK_SECRET is not that of the endpoint, a proxy has changed the body, or the event is older than 5 minutes.',
    webhooks_unavailable: 'PAYMENT_PROVIDER is `none`: remove the endpoint at the provider.',
    version_conflict: 'Others changed the payment at the same time. Try again.',
    orders_unavailable:
      'The order was placed without an account. Whether it was added to yours only order_service knows, and it does not answer now. Try again.',
  },
  storefront: {
    upstream_unavailable:
      'The service behind the address cannot be reached; nothing was done. Try again after `Retry-After`.',
    upstream_no_answer:
      'The service was reached but its answer was lost: it may have acted. Repeat a POST only with the same `Idempotency-Key`.',
    too_many_streams: 'The account has too many event streams open. Close one.',
    cross_site_request: 'A page of another site called a route that uses the session cookie.',
    no_session: 'There is no session cookie. Sign in with `POST /api/auth/login`.',
  },
}
