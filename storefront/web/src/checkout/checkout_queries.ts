/** What the checkout asks: how the shop ships and is paid, and what an order costs at an address. */
import type { paths } from '@shop/client/generated/order_service'
import type { paths as PaymentPaths } from '@shop/client/generated/payment_service'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { dataOf, shop } from '../api/shop.ts'
import type { Json, Order } from '../api/types.ts'
import type { CartLine } from '../cart/cart_line.ts'
import { tokenHeader } from '../orders/order_token.ts'

export type CheckoutSettings = Json<paths['/checkout_settings']['get']['responses'][200]>
export type Quote = Json<paths['/quotes']['post']['responses'][200]>
export type Payment = Json<PaymentPaths['/payments/{order_id}']['get']['responses'][200]>

const SETTINGS_STALE_MS = 60_000
/** A quote can be ordered for 30 minutes. */
const QUOTE_AGAIN_MS = 5 * 60_000

export const checkoutSettingsQuery = queryOptions({
  queryKey: ['checkout_settings'],
  staleTime: SETTINGS_STALE_MS,
  queryFn: ({ signal }) => dataOf(shop.orders.GET('/checkout_settings', { signal })),
})

/** Is there anything to choose or to pay? Otherwise the cart is ordered at once. */
export const needsCheckout = ({ payments, shipping_methods, tax_rates }: CheckoutSettings): boolean =>
  payments !== 'off' || shipping_methods.length > 0 || tax_rates.length > 0

type Place = { readonly country: string; readonly region: string | null }

export const quoteQuery = (lines: readonly CartLine[], { country, region }: Place, method: string) =>
  queryOptions({
    queryKey: [
      'quote',
      lines.map(({ productId, quantity }) => [productId, quantity]),
      country,
      region,
      method,
    ],
    enabled: lines.length > 0 && country !== '',
    placeholderData: keepPreviousData,
    staleTime: QUOTE_AGAIN_MS,
    refetchInterval: QUOTE_AGAIN_MS,
    queryFn: ({ signal }): Promise<Quote> =>
      dataOf(
        shop.orders.POST('/quotes', {
          body: {
            lines: lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
            address: { country, region },
            ...(method === '' ? {} : { shipping_method: method }),
          },
          signal,
        }),
      ),
  })

/** Read again whenever the order has changed. */
export const paymentQuery = ({ id, version }: Pick<Order, 'id' | 'version'>) =>
  queryOptions<Payment, Error, Payment, readonly (string | number)[]>({
    queryKey: ['mine', 'payments', id, version],
    // Of the same order: the money of another one must never be shown under this one.
    placeholderData: (known: Payment | undefined) => (known?.order_id === id ? known : undefined),
    queryFn: ({ signal }): Promise<Payment> =>
      dataOf(
        shop.payments.GET('/payments/{order_id}', {
          params: { path: { order_id: id } },
          ...tokenHeader(id),
          signal,
        }),
      ),
  })
