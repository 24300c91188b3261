/** Buttons, and links that look like buttons. A busy or aria-disabled button keeps its width and focus, and does nothing. */
import type { ComponentProps, ReactNode } from 'react'
import { Link } from 'react-router'
import { cx } from './cx.ts'
import { Icon, type IconName, Spinner } from './icon.tsx'
import { useWaiting } from './late.tsx'

type Tone = 'primary' | 'plain' | 'quiet' | 'danger'
type Size = 'md' | 'sm' | 'lg'
type Look = { tone?: Tone; size?: Size; icon?: IconName; children: ReactNode }

const SHAPE =
  'relative inline-flex items-center justify-center gap-2 rounded-md font-semibold select-none transition-colors ' +
  'aria-disabled:cursor-not-allowed aria-disabled:opacity-60 disabled:cursor-not-allowed disabled:opacity-60'
const TONES: Record<Tone, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  plain: 'bg-surface text-ink border border-edge hover:bg-sunken',
  quiet: 'text-ink hover:bg-sunken',
  danger: 'bg-surface text-bad border border-bad hover:bg-bad-soft',
}
const SIZES: Record<Size, string> = {
  sm: 'min-h-9 px-3 text-sm',
  md: 'min-h-11 px-4 text-base',
  lg: 'min-h-13 px-6 text-lg',
}
const look = ({ tone = 'plain', size = 'md' }: Pick<Look, 'tone' | 'size'>, className?: string) =>
  cx(SHAPE, TONES[tone], SIZES[size], className)

export function Button({
  tone,
  size,
  icon,
  busy = false,
  waitShownElsewhere = false,
  children,
  className,
  onClick,
  type = 'button',
  ...rest
}: Look & {
  busy?: boolean
  /** The page shows a message of its own while this button is busy. */
  waitShownElsewhere?: boolean
} & ComponentProps<'button'>) {
  useWaiting(busy && !waitShownElsewhere)
  const idle = busy || rest['aria-disabled'] === true
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={idle || undefined}
      aria-busy={busy || undefined}
      onClick={idle ? (event) => event.preventDefault() : onClick}
      className={look({ tone, size }, className)}
    >
      <span className={cx('inline-flex items-center gap-2', busy && 'opacity-0')}>
        {icon && <Icon name={icon} />}
        {children}
      </span>
      {busy && (
        <span className="absolute inset-0 grid place-items-center">
          <Spinner />
        </span>
      )}
    </button>
  )
}

export function ButtonLink({
  tone,
  size,
  icon,
  children,
  className,
  ...rest
}: Look & ComponentProps<typeof Link>) {
  return (
    <Link {...rest} className={look({ tone, size }, className)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  )
}

/** A square button that shows only an icon; `label` is its accessible name. */
export function IconButton({
  icon,
  label,
  className,
  ...rest
}: { icon: IconName; label: string } & ComponentProps<'button'>) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={cx(
        'inline-grid size-11 place-items-center rounded-md text-ink transition-colors hover:bg-sunken',
        'disabled:cursor-not-allowed disabled:opacity-40',
        className,
      )}
    >
      <Icon name={icon} />
    </button>
  )
}
