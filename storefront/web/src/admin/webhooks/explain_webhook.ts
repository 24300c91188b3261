import { ShopProblem } from '@shop/client/problem'
import { admin } from '../../language/admin_texts.ts'

/** By the code of a problem; undefined where ui/notice.tsx has the words. */
export function explainWebhook(error: unknown): string | undefined {
  if (!(error instanceof ShopProblem)) return undefined
  switch (String(error.code)) {
    case 'endpoint_changed':
      return admin.webhooks.changed
    case 'too_many_endpoints':
      return admin.webhooks.tooMany
    case 'replay_too_large':
      return admin.deliveries.tooLarge
    case 'event_not_found':
      return admin.deliveries.eventGone
    default:
      return undefined
  }
}
