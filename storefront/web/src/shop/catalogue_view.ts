/**
 * The address contains what the catalogue shows, so that a link, a reload and the back button show the same. Cursors only
 * lead forward; the history entry stores the earlier ones for "Previous".
 */
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { useWanted } from '../ui/use_wanted.ts'
import { type CatalogueView, searchOf, viewIn } from './view_address.ts'

const FIRST = { cursor: undefined, page: 1 }

type Trail = readonly (string | null)[]
export type Change = Partial<Omit<CatalogueView, 'cursor' | 'page'>>

export function useCatalogueView(pathname = '/') {
  const [params] = useSearchParams()
  const { state } = useLocation() as { state: { trail?: Trail } | null }
  const navigate = useNavigate()
  const trail = state?.trail ?? []
  const view = viewIn(params)
  const [wanted, want] = useWanted(view)
  const go = (next: CatalogueView, options: { trail?: Trail; replace?: boolean } = {}) => {
    want(next)
    navigate(
      { pathname, search: searchOf(next) },
      { state: { trail: options.trail ?? [] }, replace: options.replace ?? false },
    )
  }
  return {
    view,
    /** For controls. */
    wanted,
    /** Starts at the first page. `replace` overwrites the history entry. */
    change: (change: Change, replace = false) => go({ ...wanted, ...change, ...FIRST }, { replace }),
    next: (cursor: string) =>
      go({ ...view, cursor, page: view.page + 1 }, { trail: [...trail, view.cursor ?? null] }),
    previous:
      trail.length === 0
        ? undefined
        : () =>
            go(
              { ...view, cursor: trail.at(-1) ?? undefined, page: Math.max(1, view.page - 1) },
              { trail: trail.slice(0, -1) },
            ),
    first: view.cursor === undefined ? undefined : () => go({ ...view, ...FIRST }),
  }
}
