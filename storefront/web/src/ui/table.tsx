/** A table that scrolls sideways where it is too wide, also by keyboard. */
import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx.ts'

export function Table({
  caption,
  children,
  className,
}: {
  caption: string
  children: ReactNode
  className?: string
}) {
  return (
    <section
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto rounded-lg border border-line edge-cues"
    >
      <table className={cx('w-full border-collapse text-start', className)}>
        <caption className="sr-only">{caption}</caption>
        {children}
      </table>
    </section>
  )
}

/** Padding of every cell. */
export const CELL_ROOM = 'px-3 py-3 sm:px-4'

type Cell = { numeric?: boolean }

export function Th({ numeric, className, ...rest }: Cell & ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      {...rest}
      className={cx(
        CELL_ROOM,
        'border-b border-line text-sm font-semibold text-soft',
        numeric ? 'text-end' : 'text-start',
        className,
      )}
    />
  )
}

export function Td({ numeric, className, ...rest }: Cell & ComponentProps<'td'>) {
  return (
    <td
      {...rest}
      className={cx(CELL_ROOM, 'border-b border-line align-middle', numeric && 'tabular text-end', className)}
    />
  )
}
