import type { OrderStatus } from '../api/types.ts'
import { cx } from './cx.ts'
import { Icon, type IconName } from './icon.tsx'

export type BadgeTone = 'neutral' | 'info' | 'good' | 'warn' | 'bad'
const TONES: Record<BadgeTone, string> = {
  neutral: 'bg-sunken text-soft',
  info: 'bg-info-soft text-info',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
}

export function Badge({
  tone = 'neutral',
  icon,
  children,
}: {
  tone?: BadgeTone
  icon?: IconName
  children: string
}) {
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-sm font-semibold whitespace-nowrap',
        TONES[tone],
      )}
    >
      {icon && <Icon name={icon} className="size-4" />}
      {children}
    </span>
  )
}

const STATUSES: Record<OrderStatus, { tone: BadgeTone; icon: IconName; words: string }> = {
  pending: { tone: 'info', icon: 'clock', words: 'Pending' },
  confirmed: { tone: 'good', icon: 'check', words: 'Confirmed' },
  shipped: { tone: 'good', icon: 'truck', words: 'Shipped' },
  delivered: { tone: 'good', icon: 'gift', words: 'Delivered' },
  rejected: { tone: 'bad', icon: 'close', words: 'Not possible' },
  cancelling: { tone: 'warn', icon: 'clock', words: 'Cancelling' },
  cancelled: { tone: 'neutral', icon: 'back', words: 'Cancelled' },
}

export const statusWords = (status: OrderStatus): string => STATUSES[status].words

export function StatusBadge({ status }: { status: OrderStatus }) {
  const { tone, icon, words } = STATUSES[status]
  return (
    <Badge tone={tone} icon={icon}>
      {words}
    </Badge>
  )
}
