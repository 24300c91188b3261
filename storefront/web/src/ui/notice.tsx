/** A message that stays in the page: what happened, and what can be done about it. */

import type { ReactNode } from 'react'
import { retryDelayOf } from '../api/retry_delay.ts'
import { ShopProblem } from '../api/shop.ts'
import { t } from '../language/texts.ts'
import { Button } from './button.tsx'
import { cx } from './cx.ts'
import { Icon, type IconName } from './icon.tsx'

type Tone = 'info' | 'good' | 'warn' | 'bad'
const TONES: Record<Tone, { box: string; icon: IconName }> = {
  info: { box: 'bg-info-soft text-info', icon: 'info' },
  good: { box: 'bg-good-soft text-good', icon: 'check' },
  warn: { box: 'bg-warn-soft text-warn', icon: 'warning' },
  bad: { box: 'bg-bad-soft text-bad', icon: 'warning' },
}

export function Notice({
  tone = 'info',
  title,
  icon,
  children,
  action,
  className,
  live = false,
}: {
  tone?: Tone
  title: ReactNode
  icon?: IconName
  children?: ReactNode
  action?: ReactNode
  className?: string
  /** Read out when it appears. */
  live?: boolean
}) {
  return (
    <div
      role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}
      className={cx('flex flex-wrap items-start gap-x-3 gap-y-3 rounded-lg p-4', TONES[tone].box, className)}
    >
      <Icon name={icon ?? TONES[tone].icon} className="mt-0.5 size-5" />
      <div className="min-w-0 flex-1 basis-52">
        <p className="font-semibold">{title}</p>
        {children && <div className="mt-1 text-ink">{children}</div>}
      </div>
      {action && <div className="flex flex-wrap gap-2">{action}</div>}
    </div>
  )
}

/** Why something could not be shown or done. The request id is for support. */
export function ProblemNotice({
  error,
  title,
  retry,
  className,
}: {
  error: unknown
  /** What could not be done. */
  title: string
  retry?: () => unknown
  className?: string
}) {
  const requestId = error instanceof ShopProblem ? error.document?.request_id : undefined
  const offline = isOffline(error)
  return (
    <Notice
      live
      tone={offline ? 'warn' : 'bad'}
      icon={offline ? 'offline' : 'warning'}
      title={offline ? t.problems.offlineTitle : title}
      className={cx('arriving', className)}
      action={
        retry && (
          <Button size="sm" onClick={() => void retry()}>
            {t.common.tryAgain}
          </Button>
        )
      }
    >
      <p>
        {explain(error)}
        {retry && !offline && retryDelayOf(error) !== undefined && ` ${t.problems.keepTrying}`}
      </p>
      {requestId && <p className="mt-1 font-mono text-xs break-all">{t.problems.request(requestId)}</p>}
    </Notice>
  )
}

const isOffline = (error: unknown) =>
  error instanceof ShopProblem && error.code === 'unreachable' && !navigator.onLine

/** One sentence for the visitor. An unknown code shows the message of the service. */
export function explain(error: unknown): string {
  if (!(error instanceof ShopProblem)) return t.problems.unexpected
  if (isOffline(error)) return t.problems.offline
  switch (String(error.code)) {
    case 'unexpected_answer':
    case 'internal_error':
      return t.problems.ourFault
    case 'unreachable':
    case 'timed_out':
    case 'not_ready':
      return t.problems.noAnswer
    case 'upstream_unavailable':
    case 'upstream_no_answer':
    case 'store_unavailable':
    case 'keys_unavailable':
      return t.problems.partAway
    case 'overloaded':
    case 'too_many_streams':
    case 'too_many_attempts':
      return t.problems.busy
    case 'forbidden':
      return t.problems.forbidden
    case 'product_not_found':
      return t.problems.productGone
    case 'validation_failed':
    case 'bad_request':
    case 'malformed_body':
    case 'malformed_cursor':
      return t.problems.notAccepted
    case 'no_session':
    case 'signed_out':
    case 'unauthenticated':
      return t.problems.sessionEnded
    default:
      return error.message
  }
}
