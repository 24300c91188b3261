import { admin } from '../../language/admin_texts.ts'
import type { Return } from '../../orders/returns_query.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import type { ReturnState } from './queries.ts'

const TONES: Readonly<Record<ReturnState, BadgeTone>> = {
  requested: 'warn',
  accepted: 'info',
  received: 'good',
  refused: 'neutral',
}

export const ReturnBadge = ({ state }: { state: ReturnState }) => (
  <Badge tone={TONES[state]}>{admin.returns.states[state]}</Badge>
)

/** Of receipts whose units or money did not go as they should. */
export function RefundBadges({ receipts }: Pick<Return, 'receipts'>) {
  const isIn = (part: 'restock' | 'refund') => receipts.some((each) => each[part] === 'refused')
  return (
    <>
      {isIn('restock') && <Badge tone="bad">{admin.returns.restocks.refused}</Badge>}
      {isIn('refund') && <Badge tone="bad">{admin.returns.refunds.refused}</Badge>}
    </>
  )
}
