/** What payment_service and its simulator have to know of each other, so that payments can be tried without an account anywhere. */
import { createHmac } from 'node:crypto'

/** The same at each start of a shop, so that commands know them, too, and others for each shop. */
export function playMoney(serviceSecret: string, simulator: string) {
  const derived = (purpose: string) => createHmac('sha256', serviceSecret).update(purpose).digest('hex')
  return {
    PAYMENT_PROVIDER: 'simulator',
    STRIPE_API_URL: simulator,
    STRIPE_SECRET_KEY: `sk_test_${derived('key of the payment simulator')}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${derived('events of the payment simulator')}`,
  }
}
