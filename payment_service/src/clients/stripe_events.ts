/** Which payment an event of Stripe is about. What it says beside that is not believed, but read (M8). */
import type Stripe from 'stripe'
import type { ProviderEvent } from '../domain/ports.ts'

export function eventOf({ id, data }: Stripe.Event): ProviderEvent {
  const object = data.object as {
    object?: string
    id?: string
    client_reference_id?: string | null
    metadata?: Readonly<Record<string, string>> | null
    payment_intent?: string | { id: string } | null
  }
  const orderId = object.client_reference_id ?? object.metadata?.order_id
  const intent = object.object === 'payment_intent' ? object.id : object.payment_intent
  const intentId = typeof intent === 'object' ? intent?.id : intent
  return { id, orderId: orderId ?? undefined, intentId: intentId ?? undefined }
}
