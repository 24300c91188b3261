/** Mails for tests. */
import type { OrderValues } from '../../src/domain/order_mails.ts'
import { AT, uuid } from '../samples.ts'

export const SHOP = {
  ...{ name: 'Cups & Co', publicUrl: 'https://shop.example', from: 'orders@shop.example' },
  orderToken: (id: string) => `T${id.slice(-4)}`,
}

export const ACCOUNT_VALUES = {
  username: 'ada',
  link: 'https://shop.example/verify_email#token=aB-_9',
  expires_at: AT,
  ...{ client: 'Firefox on Linux', at: AT },
  ...{ name: 'Ada', order_number: '#10042', goods: 'One of two', received_at: AT },
}

export const ORDER_VALUES: OrderValues & Record<string, unknown> = {
  ...{ order_id: uuid(7), number: 10_042, currency: 'EUR', total: '44.88', tax_total: '7.17' },
  guest: false,
  lines: [{ name: 'Tasse <blau> & "rot"', quantity: 2, unit_price: '19.99' }],
  shipping: { name: 'Post', price: '4.90' },
  ...{ reason: null, tracking: null, amount: null, note: null },
}

/** As auth_service sends it. */
export const signInMail = (id: string, more: object = {}) => ({
  ...{ id, to: 'ada@example.com', language: 'en', kind: 'new_sign_in' },
  values: { username: 'ada', client: 'Firefox', at: AT },
  ...more,
})
