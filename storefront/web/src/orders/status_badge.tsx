import type { OrderStatus } from '../api/types.ts'
import { Badge } from '../ui/badge.tsx'
import { STATUS } from './status.ts'

export function StatusBadge({ status }: { status: OrderStatus }) {
  const { tone, icon, label } = STATUS[status]
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  )
}
