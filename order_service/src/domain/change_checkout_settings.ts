/**
 * A change of the settings of the checkout: as a whole, over a version that was seen (invariant 7: no lost update). Both stores apply
 * it in one transaction with its entry in the audit log.
 */

import type { CheckoutSettings, StoredCheckoutSettings } from './checkout_settings.ts'
import { DomainError } from './errors.ts'

/** Fails with `settings_changed`. The same settings again are no change, whatever version the request names. */
export function changeSettings(
  before: StoredCheckoutSettings,
  settings: CheckoutSettings,
  seen: readonly number[] | undefined,
  at: string,
): StoredCheckoutSettings {
  if (JSON.stringify(before.settings) === JSON.stringify(settings)) return before
  if (seen?.includes(before.version) === false) {
    throw new DomainError('settings_changed', `The settings are at version ${before.version} now.`, {
      current: before,
    })
  }
  return { settings, version: before.version + 1, updatedAt: at }
}
