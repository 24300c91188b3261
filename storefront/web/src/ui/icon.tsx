/** Line icons on a 24-unit grid. They always stand beside text, so screen readers skip them. */
import { cx } from './cx.ts'
import { DIRECTED, type IconName, PATHS } from './icon_paths.ts'

export type { IconName } from './icon_paths.ts'

export function Icon({ name, className = 'size-5' }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={cx('shrink-0', DIRECTED.includes(name) && 'rtl:-scale-x-100', className)}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

export function Spinner({ className = 'size-5' }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={`turning shrink-0 ${className}`}>
      <circle cx="12" cy="12" r="8.5" stroke="currentColor" strokeWidth="2.5" opacity="0.25" />
      <path d="M12 3.5a8.5 8.5 0 0 1 8.5 8.5" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
    </svg>
  )
}
