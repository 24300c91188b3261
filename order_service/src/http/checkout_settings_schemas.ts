/** The operations on the settings of the checkout. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { IfMatchHeaders } from '@shop/service_kit/http/schemas'
import { CheckoutSettingsInput, CheckoutSettingsView } from './checkout_settings_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'checkout')

export const getCheckoutSettingsOperation = operation({
  operationId: 'getCheckoutSettings',
  summary: 'Taxes and ways of shipping; the ETag is the version',
  access: 'public',
  response: { 200: CheckoutSettingsView },
  problems: ['store_unavailable'],
})

export const replaceCheckoutSettingsOperation = operation({
  operationId: 'replaceCheckoutSettings',
  summary: 'Replace taxes and ways of shipping; quotes that were made before keep theirs',
  access: 'admin',
  headers: IfMatchHeaders,
  body: CheckoutSettingsInput,
  response: { 200: CheckoutSettingsView },
  problems: [
    ...ADMIN_PROBLEMS,
    ...BODY_PROBLEMS,
    'settings_changed',
    'settings_precondition_failed',
    'store_unavailable',
    'overloaded',
  ],
})
