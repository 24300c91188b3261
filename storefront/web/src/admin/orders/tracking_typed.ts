/** What an admin types about a parcel. */
import { LIMITS } from '@shop/client/generated/limits'
import { admin } from '../../language/admin_texts.ts'
import type { Tracking } from '../../orders/use_set_status.ts'
import type { KeyValueStorage } from '../../storage.ts'
import { lengthFault } from '../../ui/limits.ts'

export type TrackingFaults = { readonly carrier?: string | undefined; readonly number?: string | undefined }

const LENGTHS = LIMITS['PUT /orders/{id}']
const KEY = 'shop.carrier'

/** Without a number there is nothing to follow: an order ships without, a correction needs one. */
export function trackingTyped(
  carrierText: string,
  numberText: string,
  needed: boolean,
): { readonly tracking?: Tracking; readonly faults: TrackingFaults } {
  const carrier = carrierText.trim()
  const number = numberText.trim()
  if (number === '') return { faults: needed ? { number: admin.tracking.numberNeeded } : {} }
  const faults = {
    carrier: carrier === '' ? undefined : lengthFault(carrier, LENGTHS['tracking.carrier']),
    number: lengthFault(number, LENGTHS['tracking.number']),
  }
  return { tracking: { number, ...(carrier === '' ? {} : { carrier }) }, faults }
}

/** Most shops have one. */
export const lastCarrier = (storage: KeyValueStorage): string => storage.getItem(KEY) ?? ''

export function keepCarrier(storage: KeyValueStorage, carrier: string): void {
  try {
    storage.setItem(KEY, carrier)
  } catch {
    // It is only kept for convenience.
  }
}
