/**
 * What the catalogue shows is written in its address, so that a link, a reload and the back button all find the same
 * place. Cursors only lead forward; the trail of those before stays in the history entry, for "Previous".
 */
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { type CatalogueView, searchOf, viewIn } from './view_address.ts'

type Trail = readonly (string | null)[]
type Change = Partial<Omit<CatalogueView, 'cursor'>>

export function useCatalogueView(pathname = '/') {
  const [params] = useSearchParams()
  const { state } = useLocation() as { state: { trail?: Trail } | null }
  const navigate = useNavigate()
  const trail = state?.trail ?? []
  const view = viewIn(params)
  const go = (next: CatalogueView, options: { trail?: Trail; replace?: boolean } = {}) =>
    navigate(
      { pathname, search: searchOf(next) },
      { state: { trail: options.trail ?? [] }, replace: options.replace ?? false },
    )
  return {
    view,
    /** Other words or another order begin at the first page. `replace` writes over the entry there is. */
    change: (change: Change, replace = false) => go({ ...view, ...change, cursor: undefined }, { replace }),
    next: (cursor: string) => go({ ...view, cursor }, { trail: [...trail, view.cursor ?? null] }),
    previous:
      trail.length === 0
        ? undefined
        : () => go({ ...view, cursor: trail.at(-1) ?? undefined }, { trail: trail.slice(0, -1) }),
    first: view.cursor === undefined ? undefined : () => go({ ...view, cursor: undefined }),
  }
}
