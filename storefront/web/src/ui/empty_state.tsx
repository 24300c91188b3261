import type { ReactNode } from 'react'
import { shopSettings } from '../settings/current.ts'
import { Icon, type IconName } from './icon.tsx'

/** Shown when there is nothing to show, with the next step. */
export function EmptyState({
  title,
  icon = 'bag',
  children,
  action,
  page = false,
}: {
  title: string
  icon?: IconName
  children?: ReactNode
  action?: ReactNode
  /** It is the only content of the page, so it has the h1 and the title of the tab. */
  page?: boolean
}) {
  const Heading = page ? 'h1' : 'h2'
  return (
    <div className="arriving mx-auto grid max-w-md justify-items-center gap-3 px-4 py-16 text-center">
      {page && <title>{`${title} · ${shopSettings().name}`}</title>}
      <span className="grid size-14 place-items-center rounded-full bg-sunken text-soft">
        <Icon name={icon} className="size-7" />
      </span>
      <Heading className="text-xl font-semibold">{title}</Heading>
      {children && <div className="text-soft">{children}</div>}
      {action && <div className="pt-2">{action}</div>}
    </div>
  )
}
