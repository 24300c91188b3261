/** The payment provider of the shop that is examined. */
import { createStripeProvider } from '@shop/payment_service/clients/stripe_provider'
import { readConfig } from '@shop/payment_service/config'
import type { PaymentProvider } from '@shop/payment_service/domain/ports'
import { ConfigError } from '@shop/service_kit/runtime/config'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { type Plan, plannedService } from '../plan.ts'
import { SIMULATOR } from '../services.ts'

/** Undefined without one, and for the one with play money while it does not run. */
export function providerOf(
  plan: Plan,
  running: readonly string[],
  digits: () => number,
): PaymentProvider | undefined {
  const isSimulated = plan.processes.some(({ entry }) => entry === SIMULATOR)
  if (isSimulated && !running.includes(SIMULATOR.name)) return undefined
  try {
    const config = readConfig(plannedService(plan, 'payment_service').env)
    if (config.PAYMENT_PROVIDER === 'none') return undefined
    return createStripeProvider({
      secretKey: config.STRIPE_SECRET_KEY!,
      webhookSecret: config.STRIPE_WEBHOOK_SECRET!,
      apiUrl: config.STRIPE_API_URL,
      publicUrl: config.PUBLIC_URL!,
      currency: config.CURRENCY,
      digits,
      runtime: systemRuntime,
      metrics: createMetrics('payment_service'),
    })
  } catch (error) {
    // A finding of the configuration.
    if (error instanceof ConfigError) return undefined
    throw error
  }
}
