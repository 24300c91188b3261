import type { OrderStatus } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { Badge } from '../ui/badge.tsx'
import { STATUS } from './status.ts'

export function StatusBadge({ status }: { status: OrderStatus }) {
  const { tone, icon } = STATUS[status]
  return (
    <Badge tone={tone} icon={icon}>
      {t.status[status].label}
    </Badge>
  )
}
